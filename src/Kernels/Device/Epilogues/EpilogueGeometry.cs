namespace GpuNet.Kernels;

/// <summary>What the kernels of convolutions need to know of an <see cref="Epilogue"/>, by value.</summary>
internal readonly struct EpilogueGeometry
{
    /// <summary>Channels of the result.</summary>
    public readonly int Channels;

    /// <summary>Distance of the output's rows, and the channel at which the result starts in them.</summary>
    public readonly int Pitch, First;

    /// <summary>1 where there is a bias, 0 where not.</summary>
    public readonly int HasBias;

    /// <summary>1 where a residual is added before the activation, 0 where not.</summary>
    public readonly int AddsBefore;

    /// <summary>Collects the extents.</summary>
    public EpilogueGeometry(Convolutional op)
    {
        Channels = op.Result.C;
        Pitch = op.Output.C;
        First = op.Epilogue.Slice?.First ?? 0;
        HasBias = op.Bias || op.Epilogue.NormEpsilon is not null ? 1 : 0;
        AddsBefore = op.Epilogue.Residual == ResidualOrder.BeforeActivation ? 1 : 0;
    }

    /// <summary>Sums that are written as they are, or added to what is there.</summary>
    public EpilogueGeometry(int channels, bool adds)
    {
        Channels = Pitch = channels;
        AddsBefore = adds ? 1 : 0;
    }

    /// <summary>Whether rows of the output, and the result in them, begin and end between two vectors of four.</summary>
    public bool IsVector => ((Channels | Pitch | First) & 3) == 0;
}

/// <summary>The end of a sum, and the choice of its type.</summary>
internal static class Epilogues
{
    /// <summary>Writes the results of sums that a bias is already a part of.</summary>
    /// <param name="sum">Sums of neighbouring channels.</param>
    /// <param name="residual">The residual; anything where there is none.</param>
    /// <param name="y">Output.</param>
    /// <param name="pixel">Their pixel.</param>
    /// <param name="k">First of the channels.</param>
    /// <param name="count">Channels there are from there on.</param>
    /// <param name="e">Extents.</param>
    public static void Store<TEpilogue, T>(T sum, View residual, View y, int pixel, int k, int count, EpilogueGeometry e)
        where TEpilogue : unmanaged, IEpilogue
        where T : unmanaged, IFloats<T>
    {
        int at = (pixel * e.Channels) + k;
        if (!TEpilogue.AddsAfter && e.AddsBefore != 0)
            sum += TEpilogue.Load<T>(residual, at, count);
        TEpilogue.Store(y, (pixel * e.Pitch) + e.First + k, TEpilogue.Finish(sum, residual, at, count), count);
    }

    /// <summary>The policy of an epilogue.</summary>
    /// <param name="epilogue">The epilogue.</param>
    /// <param name="access">How results are written.</param>
    public static Type Policy(Epilogue epilogue, Type access) =>
        epilogue.Residual == ResidualOrder.AfterActivation ? Policies.Of(typeof(ResidualEpilogue<,>), epilogue.Activation.Policy(), access)
        : epilogue.Activation == ActivationKind.Identity ? Policies.Of(typeof(SumEpilogue<>), access)
        : Policies.Of(typeof(ActivationEpilogue<,>), epilogue.Activation.Policy(), access);
}
