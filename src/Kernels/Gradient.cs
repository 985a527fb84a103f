namespace GpuNet.Kernels;

/// <summary>Whether an operator writes the gradient of an input, adds to it, or leaves it.</summary>
public enum GradientMode
{
    /// <summary>Nobody needs it.</summary>
    None,

    /// <summary>The first writer sets it.</summary>
    Set,

    /// <summary>Every later writer adds to it.</summary>
    Add,
}

/// <summary>The gradient of one input: where it goes, and how.</summary>
/// <param name="Tensor">Memory of the input's shape.</param>
/// <param name="Mode">Set, add or nothing.</param>
public readonly record struct Gradient(Tensor Tensor, GradientMode Mode)
{
    /// <summary>The gradient nobody needs.</summary>
    public static Gradient None => default;

    /// <summary>Whether the gradient is asked for.</summary>
    public bool IsWanted => Mode != GradientMode.None;

    /// <summary>Whether to add to what is there.</summary>
    public bool Adds => Mode == GradientMode.Add;

    /// <summary>1 to add, 0 to set: the form kernels take.</summary>
    public int AddFlag => Adds ? 1 : 0;
}
