namespace GpuNet;

/// <summary>How many groups a launch has on each axis of its grid; none may be 0.</summary>
/// <param name="X">Groups on the first axis, of which GPUs take 2³¹ − 1.</param>
/// <param name="Y">Groups on the second axis, at most 65,535.</param>
/// <param name="Z">Groups on the third axis, at most 65,535.</param>
public readonly record struct GroupCount(int X, int Y = 1, int Z = 1);
