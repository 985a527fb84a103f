using GpuNet.Kernels;

namespace GpuNet.Network;

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
        if (!WithoutTrailingOnes(shape).SequenceEqual(WithoutTrailingOnes(expected)) || values.Length != spec.Shape.Elements)
        {
            throw new GpuNetException(
                $"Tensor '{name ?? spec.Name}': the extents fit the network: expected [{string.Join(", ", expected)}], "
                + $"got [{string.Join(", ", shape.ToArray())}].");
        }
        if (!spec.IsWeight)
            return values;
        Shape s = spec.Shape;
        int window = s.N * s.H;
        var result = new float[values.Length];
        for (int ab = 0; ab < window; ab++)
        {
            for (int c = 0; c < s.W; c++)
            {
                for (int k = 0; k < s.C; k++)
                    result[(((ab * s.W) + c) * s.C) + k] = values[(((k * s.W) + c) * window) + ab];
            }
        }
        return result;
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
        if (!spec.IsWeight)
            return values;
        Shape s = spec.Shape;
        int window = s.N * s.H;
        var result = new float[values.Length];
        for (int k = 0; k < s.C; k++)
        {
            for (int c = 0; c < s.W; c++)
            {
                for (int ab = 0; ab < window; ab++)
                    result[(((k * s.W) + c) * window) + ab] = values[(((ab * s.W) + c) * s.C) + k];
            }
        }
        return result;
    }

    /// <summary>Brings images from NCHW into NHWC order.</summary>
    /// <param name="values">Values in NCHW order.</param>
    /// <param name="shape">Extents.</param>
    /// <param name="target">Receives the values in NHWC order; another memory than <paramref name="values"/>.</param>
    public static void ToChannelsLast(ReadOnlySpan<float> values, Shape shape, Span<float> target)
    {
        RequireLength(values.Length, shape);
        RequireLength(target.Length, shape);
        for (int n = 0; n < shape.N; n++)
        {
            int image = n * shape.Pixels * shape.C;
            Transpose(values.Slice(image, shape.Pixels * shape.C), shape.C, shape.Pixels, target.Slice(image, shape.Pixels * shape.C));
        }
    }

    /// <summary>Brings images from NHWC into NCHW order.</summary>
    /// <param name="values">Values in NHWC order.</param>
    /// <param name="shape">Extents.</param>
    /// <param name="target">Receives the values in NCHW order; another memory than <paramref name="values"/>.</param>
    public static void ToChannelsFirst(ReadOnlySpan<float> values, Shape shape, Span<float> target)
    {
        RequireLength(values.Length, shape);
        RequireLength(target.Length, shape);
        for (int n = 0; n < shape.N; n++)
        {
            int image = n * shape.Pixels * shape.C;
            Transpose(values.Slice(image, shape.Pixels * shape.C), shape.Pixels, shape.C, target.Slice(image, shape.Pixels * shape.C));
        }
    }

    private static void Transpose(ReadOnlySpan<float> source, int rows, int columns, Span<float> target)
    {
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
                target[(column * rows) + row] = source[(row * columns) + column];
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
