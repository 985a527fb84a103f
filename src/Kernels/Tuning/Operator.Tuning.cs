using System.Collections.Immutable;

namespace GpuNet.Kernels;

public abstract partial record Operator
{
    /// <summary>Version of the code of this project's operators: another one with every change.</summary>
    public static string Build { get; } = typeof(Operator).Assembly.ManifestModule.ModuleVersionId.ToString("N");

    /// <summary>
    /// The operators that a candidate runs one after the other in place of this one; none as a rule. They are tuned first.
    /// </summary>
    public virtual ImmutableArray<Operator> Parts => [];

    /// <summary>Under what the operator's choice is remembered for a device.</summary>
    internal string TuningKey(DirectionSet directions) => $"{(Normal(directions) == DirectionSet.Forward ? "forward" : "both")}: {this}";

    /// <summary>What is remembered of a measurement.</summary>
    /// <param name="winner">The candidate that was best.</param>
    /// <param name="ratio">Its time as a share of that of the rule's candidate.</param>
    internal TunedChoice Choice(Candidate winner, double ratio) => new(winner.Name, CandidateNames, OwnBuild, ratio);

    /// <summary>The passes that there are, of those asked for.</summary>
    internal DirectionSet Normal(DirectionSet directions) => IsInferenceOnly ? DirectionSet.Forward : directions;

    private string CandidateNames => string.Join(", ", Candidates.Select(c => c.Name));

    // An operator of another project changes with that project too.
    private string OwnBuild => GetType().Assembly == typeof(Operator).Assembly ? Build
        : $"{Build}+{GetType().Assembly.ManifestModule.ModuleVersionId:N}";

    // The measured choice, as long as it was made among these candidates, and of this code.
    private Candidate? Remembered(Device device, DirectionSet directions)
    {
        // Host code is one candidate: nothing to look up.
        if (device.IsHost || device.Tuning is not { Count: > 0 } tuning)
            return null;
        return tuning.Find(TuningKey(directions)) is { } choice && choice.Build == OwnBuild && choice.Candidates == CandidateNames
            ? Candidates.FirstOrDefault(c => c.Name == choice.Candidate && c.RunsOn(device))
            : null;
    }
}

/// <summary>The passes that an operator's candidate is chosen for, since the best one forward need not be the best for both.</summary>
internal enum DirectionSet
{
    /// <summary>Forward alone, as at inference.</summary>
    Forward,

    /// <summary>Forward and backward, as in a training step.</summary>
    Both,
}
