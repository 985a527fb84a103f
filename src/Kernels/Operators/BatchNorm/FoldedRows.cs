namespace GpuNet.Kernels;

/// <summary>
/// A matrix of channel rows, seen with several rows side by side, so that a row is a whole number of registers also where the
/// channel count is not. Rows that do not fill a folded one are left over as a tail of ordinary rows.
/// </summary>
internal readonly struct FoldedRows
{
    // Per-channel vectors are repeated for every folded row; this many floats of each stay in the first-level cache.
    private const int MaxWidth = 1024;

    // The widest register.
    private const int Lanes = 16;

    public FoldedRows(Shape shape)
    {
        Channels = shape.C;
        int rows = shape.Rows, divisor = Lanes;
        while (shape.C % divisor != 0)
            divisor /= 2;
        Fold = Lanes / divisor;
        if (Fold * shape.C > MaxWidth || rows < 4 * Fold)
            Fold = 1;
        Width = Fold * shape.C;
        Count = rows / Fold;
        Tail = rows - (Count * Fold);
        Pitch = (Width + Lanes - 1) / Lanes * Lanes;
    }

    /// <summary>Channels of an ordinary row.</summary>
    public int Channels { get; }

    /// <summary>Ordinary rows in a folded one.</summary>
    public int Fold { get; }

    /// <summary>Floats of a folded row.</summary>
    public int Width { get; }

    /// <summary>Folded rows.</summary>
    public int Count { get; }

    /// <summary>Ordinary rows behind the last folded one, fewer than <see cref="Fold"/>.</summary>
    public int Tail { get; }

    /// <summary>Distance of per-channel vectors in the workspace.</summary>
    public int Pitch { get; }
}
