namespace GpuNet.Kernels;

/// <summary>
/// What a kernel does to the values of its input as it reads them, so that the result of a norm or of a gate is never written to
/// memory. Padding stays 0: it is not passed through.
/// </summary>
internal interface IPrologue
{
    /// <summary>Whether the factors differ from image to image.</summary>
    static abstract bool PerImage { get; }

    /// <summary>The values that take part in the sums.</summary>
    /// <typeparam name="TAccess">How the factors of four neighbouring channels are reached.</typeparam>
    /// <param name="x">The values as they lie in memory.</param>
    /// <param name="factors">What the prologue takes: one row of all channels for each factor, or a row for each image.</param>
    /// <param name="at">Place of the first channel in the row: the channel, and image times channels before it where factors differ.</param>
    /// <param name="row">Channels of a row.</param>
    /// <param name="count">Channels there are from the first on; what lies past them is of no use.</param>
    static abstract Float4 Apply<TAccess>(Float4 x, View factors, int at, int row, int count)
        where TAccess : unmanaged, IVectorAccess;

    /// <summary>The same for a single value.</summary>
    /// <param name="x">The value as it lies in memory.</param>
    /// <param name="factors">What the prologue takes.</param>
    /// <param name="at">Place of its channel in the row.</param>
    /// <param name="row">Channels of a row.</param>
    static abstract float Apply(float x, View factors, int at, int row);
}

/// <summary>The input as it is.</summary>
internal readonly struct NoPrologue : IPrologue
{
    public static bool PerImage => false;

    static Float4 IPrologue.Apply<TAccess>(Float4 x, View factors, int at, int row, int count) => x;

    public static float Apply(float x, View factors, int at, int row) => x;
}

/// <summary>act(scale[c]·x + shift[c]): a batch norm with its activation. Factors: a row of scales, then one of shifts.</summary>
internal readonly struct NormPrologue<TActivation> : IPrologue
    where TActivation : unmanaged, IActivation
{
    public static bool PerImage => false;

    static Float4 IPrologue.Apply<TAccess>(Float4 x, View factors, int at, int row, int count)
    {
        Float4 z = (TAccess.Load(factors, at, count) * x) + TAccess.Load(factors, row + at, count);
        return new Float4(TActivation.Forward(z.X), TActivation.Forward(z.Y), TActivation.Forward(z.Z), TActivation.Forward(z.W));
    }

    public static float Apply(float x, View factors, int at, int row) => TActivation.Forward((factors[at] * x) + factors[row + at]);
}

/// <summary>gate[n,c]·x: the excitation of squeeze-and-excitation. Factors: a row of gates for each image.</summary>
internal readonly struct GatePrologue : IPrologue
{
    public static bool PerImage => true;

    static Float4 IPrologue.Apply<TAccess>(Float4 x, View factors, int at, int row, int count) => TAccess.Load(factors, at, count) * x;

    public static float Apply(float x, View factors, int at, int row) => factors[at] * x;
}
