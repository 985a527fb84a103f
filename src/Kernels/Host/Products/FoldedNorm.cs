namespace GpuNet.Kernels.Host;

/// <summary>
/// A convolution's bias and the batch norm behind it as one factor and one shift for each output channel:
/// norm(s + bias) = scale·s + shift with scale = weight / √(variance + ε), shift = (bias − mean)·scale + norm bias.
/// </summary>
internal static class FoldedNorm
{
    /// <summary>Computes both.</summary>
    /// <param name="op">The convolution.</param>
    /// <param name="o">Its operands.</param>
    /// <param name="scale">Receives the factors.</param>
    /// <param name="shift">Receives the shifts.</param>
    public static void Compute(Convolutional op, Operands o, Span<float> scale, Span<float> shift)
    {
        ReadOnlySpan<float> bias = op.Bias ? o.Parameters[1].Span : [];
        if (op.Epilogue.NormEpsilon is not { } epsilon)
        {
            scale.Fill(1f);
            shift.Clear();
            bias.CopyTo(shift);
            return;
        }
        Compute(o, op.Bias ? 2 : 1, epsilon, bias, scale, shift);
    }

    /// <summary>Computes both for a norm whose four parameters are known.</summary>
    /// <param name="o">Operands that hold them.</param>
    /// <param name="first">The first of the four.</param>
    /// <param name="epsilon">What the norm adds to the variance.</param>
    /// <param name="bias">The convolution's bias; may be empty.</param>
    /// <param name="scale">Receives the factors.</param>
    /// <param name="shift">Receives the shifts.</param>
    public static void Compute(Operands o, int first, float epsilon, ReadOnlySpan<float> bias, Span<float> scale, Span<float> shift)
    {
        ReadOnlySpan<float> weight = o.Parameters[first].Span, offset = o.Parameters[first + 1].Span;
        ReadOnlySpan<float> mean = o.Parameters[first + 2].Span, variance = o.Parameters[first + 3].Span;
        for (int k = 0; k < scale.Length; k++)
        {
            double factor = weight[k] / Math.Sqrt((double)variance[k] + epsilon);
            scale[k] = (float)factor;
            shift[k] = (float)((((bias.IsEmpty ? 0.0 : bias[k]) - mean[k]) * factor) + offset[k]);
        }
    }
}
