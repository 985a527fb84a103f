namespace GpuNet;

/// <summary>The candidate that was best for an operator when it was measured, and what it was measured against.</summary>
/// <param name="Candidate">Its name.</param>
/// <param name="Candidates">The names of all there were. The choice holds only as long as there are no others.</param>
/// <param name="Build">Version of the code they are made of; with another the choice has to be measured again.</param>
/// <param name="Ratio">Its time as a share of that of the candidate the rule chooses; 1 where they are the same.</param>
public sealed record TunedChoice(string Candidate, string Candidates, string Build, double Ratio);
