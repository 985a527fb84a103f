namespace GpuNet.Kernels;

/// <summary>The passes that an operator's candidate is chosen for, since the best one forward need not be the best for both.</summary>
public enum DirectionSet
{
    /// <summary>Forward alone, as at inference.</summary>
    Forward,

    /// <summary>Forward and backward, as in a training step.</summary>
    Both,
}
