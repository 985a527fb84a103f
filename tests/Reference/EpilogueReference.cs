using GpuNet.Kernels;
using GpuNet.Tests.Kernels;

namespace GpuNet.Tests.Reference;

/// <summary>
/// What follows the sums of a convolution, in double precision, and the cases of it that every convolution is tried with.
/// </summary>
internal static class EpilogueReference
{
    /// <summary>Epilogues that cover every branch; the slices have odd edges.</summary>
    /// <param name="channels">Channels of the convolution's result.</param>
    public static IEnumerable<Epilogue> Cases(int channels) =>
    [
        new Epilogue { NormEpsilon = 1e-3f },
        new Epilogue { NormEpsilon = 1e-5f, Activation = ActivationKind.Relu6 },
        .. Enum.GetValues<ActivationKind>().Where(a => a != ActivationKind.Identity).Select(a => new Epilogue { Activation = a }),
        new Epilogue { Residual = ResidualOrder.AfterActivation },
        new Epilogue { NormEpsilon = 1e-5f, Activation = ActivationKind.Silu, Residual = ResidualOrder.AfterActivation },
        new Epilogue { Activation = ActivationKind.Relu, Residual = ResidualOrder.BeforeActivation },
        new Epilogue { Slice = new ChannelSlice(0, channels + 5, Continues: false) },
        new Epilogue { Slice = new ChannelSlice(3, channels + 3, Continues: true) },
        new Epilogue
        {
            NormEpsilon = 1e-5f,
            Activation = ActivationKind.HardSwish,
            Residual = ResidualOrder.BeforeActivation,
            Slice = new ChannelSlice(17, channels + 50, Continues: true),
        },
    ];

    public static IEnumerable<(Epilogue Epilogue, string Message)> Invalid(int channels) =>
    [
        (new Epilogue { NormEpsilon = 0f }, "epsilon"),
        (new Epilogue { Activation = (ActivationKind)99 }, "activation"),
        (new Epilogue { Residual = (ResidualOrder)99 }, "residual"),
        (new Epilogue { Slice = new ChannelSlice(1, channels, Continues: false) }, "fits its slice"),
        (new Epilogue { Slice = new ChannelSlice(-1, channels, Continues: true) }, "fits its slice"),
    ];

    /// <summary>None in one case of three.</summary>
    public static Epilogue Random(Random random, int channels)
    {
        if (random.Next(3) == 0)
            return Epilogue.None;
        int first = random.Next(0, 20);
        return new Epilogue
        {
            NormEpsilon = random.Next(2) == 0 ? null : 1e-4f,
            Activation = (ActivationKind)random.Next(Enum.GetValues<ActivationKind>().Length),
            Residual = (ResidualOrder)random.Next(3),
            Slice = random.Next(2) == 0 ? null : new ChannelSlice(first, first + channels + random.Next(0, 20), random.Next(2) == 0),
        };
    }

    /// <summary>Uniformly in ±1, but for the running variance, which is positive.</summary>
    public static void Fill(Operator op, ReferenceOperands o, Random random)
    {
        foreach (double[] values in (double[][])[.. o.Inputs, .. o.Parameters, o.DOutput])
        {
            for (int i = 0; i < values.Length; i++)
                values[i] = (float)((random.NextDouble() * 2) - 1);
        }
        if (((Convolutional)op).Epilogue.NormEpsilon is null)
            return;
        for (int k = 0; k < o.Parameters[^1].Length; k++)
            o.Parameters[^1][k] = (float)(0.3 + (random.NextDouble() * 2));
    }

    /// <summary>Writes the output.</summary>
    /// <param name="conv">The operator.</param>
    /// <param name="sums">The convolution's sums, without bias, in the order of its result.</param>
    /// <param name="o">The operands.</param>
    public static void Write(Convolutional conv, double[] sums, ReferenceOperands o)
    {
        (Epilogue epilogue, int channels) = (conv.Epilogue, conv.Result.C);
        // What lies beside the slice stays as it was.
        for (int i = 0; epilogue.Slice is not null && i < o.Output.Length; i++)
            o.Output[i] = conv.InPlaceInput is { } input ? o.Inputs[input][i] : OperatorRun.Before(i);
        for (int i = 0; i < sums.Length; i++)
        {
            int k = i % channels;
            double value = sums[i] + (conv.Bias ? o.Parameters[1][k] : 0);
            if (epilogue.NormEpsilon is { } epsilon)
            {
                double[][] norm = o.Parameters[^4..];
                value = ((value - norm[2][k]) / Math.Sqrt(norm[3][k] + epsilon) * norm[0][k]) + norm[1][k];
            }
            double residual = epilogue.Residual == ResidualOrder.None ? 0 : o.Inputs[1][i];
            value = epilogue.Residual == ResidualOrder.BeforeActivation
                ? ActivationReference.Value(epilogue.Activation, value + residual)
                : ActivationReference.Value(epilogue.Activation, value) + residual;
            o.Output[(i / channels * conv.Output.C) + (epilogue.Slice?.First ?? 0) + k] = value;
        }
    }
}
