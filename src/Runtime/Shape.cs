namespace GpuNet;

/// <summary>
/// The extents of a tensor in NHWC order, densely packed: element (n, h, w, c) lies at ((n·H + h)·W + w)·C + c.
/// This is the one place where the layout is stated. Filters use the same four axes as (a, b, c, k), that is kernel row,
/// kernel column, input channel and output channel; matrices as (1, 1, c, k); vectors as (1, 1, 1, c).
/// </summary>
/// <param name="N">Images, or kernel rows of a filter.</param>
/// <param name="H">Rows, or kernel columns of a filter.</param>
/// <param name="W">Columns, or input channels of a filter.</param>
/// <param name="C">Channels, contiguous in memory; output channels of a filter.</param>
public readonly record struct Shape(int N, int H, int W, int C)
{
    /// <summary>A vector of <paramref name="channels"/> elements.</summary>
    public static Shape Vector(int channels) => new(1, 1, 1, channels);

    /// <summary>A matrix with <paramref name="rows"/> inputs and <paramref name="columns"/> outputs.</summary>
    public static Shape Matrix(int rows, int columns) => new(1, 1, rows, columns);

    /// <summary>Elements in the tensor.</summary>
    public long Elements => (long)N * H * W * C;

    /// <summary>Bytes of the tensor as float32.</summary>
    public long Bytes => Elements * sizeof(float);

    /// <summary>Rows of the tensor seen as a matrix of channel vectors: N·H·W.</summary>
    public int Rows => checked(N * H * W);

    /// <summary>Pixels of one image: H·W.</summary>
    public int Pixels => checked(H * W);

    /// <summary>Whether every extent is at least one.</summary>
    public bool IsPositive => N > 0 && H > 0 && W > 0 && C > 0;

    /// <inheritdoc/>
    public override string ToString() => $"[{N}x{H}x{W}x{C}]";
}
