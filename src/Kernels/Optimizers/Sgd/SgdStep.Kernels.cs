using ILGPU;

namespace GpuNet.Kernels;

/// <summary>
/// An <see cref="SgdArguments"/> as kernels take it, by value, with the special cases turned into factors. Public, because kernels are
/// launched by generated code in another assembly.
/// </summary>
internal readonly struct SgdScalars
{
    /// <summary>Parameters in the range.</summary>
    public readonly int Elements;

    /// <summary>1 to leave the gradients zero.</summary>
    public readonly int ClearGradient;

    /// <summary>Step size and weight decay.</summary>
    public readonly float LearningRate, Decay;

    /// <summary>Share of the old momentum in the new one; 0 in the first step.</summary>
    public readonly float Kept;

    /// <summary>Shares of gradient and new momentum in the update: 0 and 1, or with Nesterov 1 and momentum.</summary>
    public readonly float GradientShare, MomentumShare;

    /// <summary>Works the factors out.</summary>
    public SgdScalars(SgdArguments arguments, int elements)
    {
        Elements = elements;
        ClearGradient = arguments.ClearGradient ? 1 : 0;
        (LearningRate, Decay) = (arguments.LearningRate, arguments.Decay);
        Kept = arguments.First ? 0 : arguments.Momentum;
        (GradientShare, MomentumShare) = arguments.Nesterov ? (1, arguments.Momentum) : (0, 1);
    }
}

internal static class SgdKernels
{
    // A thread owns parameter i, its gradient and its momentum. Nothing is shared; all accesses are contiguous.
    public static void Update(View w, View dw, View m, SgdScalars s)
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= s.Elements)
            return;
        float weight = w[i];
        float gradient = dw[i] + (s.Decay * weight);
        // Where nothing is kept, whatever lies there, even NaN, must not come through.
        float momentum = gradient;
        if (s.Kept != 0f)
            momentum += s.Kept * m[i];
        m[i] = momentum;
        w[i] = weight - (s.LearningRate * ((s.GradientShare * gradient) + (s.MomentumShare * momentum)));
        if (s.ClearGradient != 0)
            dw[i] = 0f;
    }

    // A thread owns a run of vectors of four parameters, their gradients and their momentum. Nothing is shared; neighbouring threads take
    // neighbouring runs, on a GPU of one vector.
    [HotKernel(VectorLoads = true)]
    public static void UpdateVectors(View w, View dw, View m, SgdScalars s, int run)
    {
        int thread = (Grid.IdxX * Group.DimX) + Group.IdxX;
        int vectors = s.Elements >> 2;
        int end = (thread * run) + run < vectors ? (thread * run) + run : vectors;
        for (int i = thread * run; i < end; i++)
        {
            Float4 weight = w.Cast<Float4>()[i];
            Float4 gradient = dw.Cast<Float4>()[i] + (s.Decay * weight);
            Float4 momentum = gradient;
            if (s.Kept != 0f)
                momentum += s.Kept * m.Cast<Float4>()[i];
            m.Cast<Float4>()[i] = momentum;
            w.Cast<Float4>()[i] = weight - (s.LearningRate * ((s.GradientShare * gradient) + (s.MomentumShare * momentum)));
            if (s.ClearGradient != 0)
                dw.Cast<Float4>()[i] = Float4.Of(0f);
        }
    }
}
