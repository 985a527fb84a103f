using GpuNet.Kernels;

namespace GpuNet;

/// <summary>
/// The border between the layout of files (NCHW images, OIHW filters, [out, in] matrices) and the library's own (<see cref="Shape"/>).
/// </summary>
public static class TensorLayout
{
    /// <summary>
    /// Extents of a parameter in a file: [k, c, a, b] for a filter (a, b, c, k), [k, c] for a matrix (1, 1, c, k), [c] for the rest.
    /// </summary>
    public static long[] FileShape(ParameterSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        Shape shape = spec.Shape;
        return spec.Kind switch
        {
            ParameterKind.Filter => [shape.C, shape.W, shape.N, shape.H],
            ParameterKind.Matrix => [shape.C, shape.W],
            _ => [shape.Elements],
        };
    }

    /// <summary>Whether extents in a file are a parameter's. Trailing extents of 1 do not count.</summary>
    public static bool Fits(ParameterSpec spec, ReadOnlySpan<long> shape) =>
        WithoutTrailingOnes(shape).SequenceEqual(WithoutTrailingOnes(FileShape(spec)));

    /// <summary>Brings a parameter's values from a file's order into the library's.</summary>
    /// <param name="spec">The parameter.</param>
    /// <param name="values">Values in the file's order; returned as they are where the orders agree.</param>
    /// <param name="shape">
    /// Extents in the file. Trailing extents of 1 do not count: a matrix may come as a pointwise filter, and the other way round.
    /// </param>
    /// <param name="name">Full name for the error message; by default the parameter's own.</param>
    /// <exception cref="GpuNetException">The extents are not the parameter's.</exception>
    public static float[] FromFile(ParameterSpec spec, float[] values, ReadOnlySpan<long> shape, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        long[] expected = FileShape(spec);
        if (!Fits(spec, shape) || values.Length != spec.Shape.Elements)
        {
            throw new GpuNetException(
                $"Tensor '{name ?? spec.Name}': the extents fit the network: expected [{string.Join(", ", expected)}], "
                + $"got [{string.Join(", ", shape.ToArray())}].");
        }
        Shape s = spec.Shape;
        return spec.IsWeight ? Reversed(values, s.C, s.W, s.N * s.H) : values;
    }

    /// <summary>Brings a parameter's values from the library's order into that of <see cref="FileShape"/>.</summary>
    /// <exception cref="GpuNetException">There are more or fewer values than the parameter has elements.</exception>
    public static float[] ToFile(ParameterSpec spec, float[] values)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(values);
        if (values.Length != spec.Shape.Elements)
        {
            throw new GpuNetException(
                $"Tensor '{spec.Name}': values fill the shape {spec.Shape}: expected {spec.Shape.Elements}, got {values.Length}.");
        }
        Shape s = spec.Shape;
        return spec.IsWeight ? Reversed(values, s.N * s.H, s.W, s.C) : values;
    }

    /// <summary>Brings images from NCHW into NHWC order.</summary>
    /// <param name="values">Values in NCHW order.</param>
    /// <param name="shape">Extents.</param>
    /// <param name="target">Receives the values in NHWC order; another memory than <paramref name="values"/>.</param>
    public static void ToChannelsLast(ReadOnlySpan<float> values, Shape shape, Span<float> target) =>
        TransposeImages(values, shape, shape.C, shape.Pixels, target);

    /// <summary>Brings images from NHWC into NCHW order.</summary>
    /// <param name="values">Values in NHWC order.</param>
    /// <param name="shape">Extents.</param>
    /// <param name="target">Receives the values in NCHW order; another memory than <paramref name="values"/>.</param>
    public static void ToChannelsFirst(ReadOnlySpan<float> values, Shape shape, Span<float> target) =>
        TransposeImages(values, shape, shape.Pixels, shape.C, target);

    // result[c, b, a] = values[a, b, c], which leads from a file's order to ours and back.
    private static float[] Reversed(float[] values, int extentA, int extentB, int extentC)
    {
        var result = new float[values.Length];
        for (int c = 0; c < extentC; c++)
        {
            for (int b = 0; b < extentB; b++)
            {
                for (int a = 0; a < extentA; a++)
                    result[(((c * extentB) + b) * extentA) + a] = values[(((a * extentB) + b) * extentC) + c];
            }
        }
        return result;
    }

    // Each image is a matrix of channels and pixels.
    private static void TransposeImages(ReadOnlySpan<float> values, Shape shape, int rows, int columns, Span<float> target)
    {
        RequireLength(values.Length, shape);
        RequireLength(target.Length, shape);
        int image = rows * columns;
        for (int n = 0; n < shape.N; n++)
        {
            ReadOnlySpan<float> from = values.Slice(n * image, image);
            Span<float> to = target.Slice(n * image, image);
            for (int row = 0; row < rows; row++)
            {
                for (int column = 0; column < columns; column++)
                    to[(column * rows) + row] = from[(row * columns) + column];
            }
        }
    }

    private static void RequireLength(int length, Shape shape)
    {
        if (length != shape.Elements)
            throw new GpuNetException($"Image layout: shape {shape} takes {shape.Elements} values, got {length}.");
    }

    private static ReadOnlySpan<long> WithoutTrailingOnes(ReadOnlySpan<long> shape)
    {
        while (shape.Length > 0 && shape[^1] == 1)
            shape = shape[..^1];
        return shape;
    }
}
