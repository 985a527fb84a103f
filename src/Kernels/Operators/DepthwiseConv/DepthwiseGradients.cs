namespace GpuNet.Kernels;

/// <summary>What <see cref="DepthwiseTileBackward.Run"/> reads and writes. What is not wanted may be any memory: it is not touched.</summary>
internal readonly struct DepthwiseGradients
{
    /// <summary>Input.</summary>
    public View X { get; init; }

    /// <summary>Scales and shifts of the norm that the input is read through; anything where there is none.</summary>
    public View Factors { get; init; }

    /// <summary>Gradient of the output.</summary>
    public View DY { get; init; }

    /// <summary>Filter.</summary>
    public View Weight { get; init; }

    /// <summary>Gradient of the input.</summary>
    public View DX { get; init; }

    /// <summary>Whether the input's gradient is set, added to or not wanted.</summary>
    public GradientMode Mode { get; init; }

    /// <summary>Gradient of the filter, which is added to.</summary>
    public View DWeight { get; init; }

    /// <summary>Whether the filter's gradient is wanted.</summary>
    public bool WantsWeight { get; init; }

    /// <summary>Gradient of the bias, which is added to.</summary>
    public View DBias { get; init; }

    /// <summary>Whether the bias' gradient is wanted.</summary>
    public bool WantsBias { get; init; }

    /// <summary>Scratch memory of <see cref="DepthwiseTileBackward.WorkspaceElements"/>.</summary>
    public View Workspace { get; init; }
}
