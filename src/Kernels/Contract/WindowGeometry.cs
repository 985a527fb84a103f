namespace GpuNet.Kernels;

/// <summary>A windowed operator's extents as kernels take them, by value.</summary>
internal readonly struct WindowGeometry
{
    /// <summary>Images, input rows, input columns, input channels.</summary>
    public readonly int N, H, W, C;

    /// <summary>Output rows, output columns, output channels.</summary>
    public readonly int P, Q, K;

    /// <summary>Kernel rows and columns.</summary>
    public readonly int KernelH, KernelW;

    /// <summary>Steps.</summary>
    public readonly int StrideH, StrideW;

    /// <summary>Distances between taps.</summary>
    public readonly int DilationH, DilationW;

    /// <summary>Padding above and on the left.</summary>
    public readonly int Top, Left;

    /// <summary>Input and output channels of a group.</summary>
    public readonly int GroupC, GroupK;

    /// <summary>Collects the extents.</summary>
    public WindowGeometry(Shape input, Window window, Shape output, int groups)
    {
        (N, H, W, C) = (input.N, input.H, input.W, input.C);
        (P, Q, K) = (output.H, output.W, output.C);
        (KernelH, KernelW) = (window.KernelH, window.KernelW);
        (StrideH, StrideW) = (window.StrideH, window.StrideW);
        (DilationH, DilationW) = (window.DilationH, window.DilationW);
        (Top, Left) = (window.Top, window.Left);
        (GroupC, GroupK) = (C / groups, K / groups);
    }
}
