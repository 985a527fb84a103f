namespace GpuNet.Kernels;

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
