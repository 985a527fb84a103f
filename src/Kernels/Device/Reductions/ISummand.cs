namespace GpuNet.Kernels;

/// <summary>Two sums over rows, or what is added to them, for four neighbouring channels.</summary>
/// <param name="first">The first.</param>
/// <param name="second">The second.</param>
internal readonly struct SumPair(Float4 first, Float4 second)
{
    public readonly Float4 First = first, Second = second;

    public static SumPair Zero => new(Float4.Of(0f), Float4.Of(0f));

    public static SumPair operator +(SumPair a, SumPair b) => new(a.First + b.First, a.Second + b.Second);
}

/// <summary>What a reduction over rows adds up for each channel: one sum or two.</summary>
internal interface ISummand
{
    /// <summary>Whether there is a second sum.</summary>
    static abstract bool HasSecond { get; }

    /// <summary>Whether a second tensor is read, the output's gradient.</summary>
    static abstract bool ReadsGradient { get; }

    /// <summary>How many numbers of a channel itself it takes, up to four.</summary>
    static abstract int Factors { get; }

    /// <summary>
    /// Whether the sums become a mean and squared deviations, with the count of rows behind them (see <see cref="Moments"/>).
    /// </summary>
    static abstract bool AreMoments { get; }

    /// <summary>What an element adds.</summary>
    /// <param name="x">Values.</param>
    /// <param name="dy">Values of the second tensor.</param>
    /// <param name="f0">First number of the channels.</param>
    /// <param name="f1">Second number of the channels.</param>
    /// <param name="f2">Third number of the channels.</param>
    /// <param name="f3">Fourth number of the channels.</param>
    static abstract SumPair Of(Float4 x, Float4 dy, Float4 f0, Float4 f1, Float4 f2, Float4 f3);
}

/// <summary>Σ x.</summary>
internal readonly struct Values : ISummand
{
    public static bool HasSecond => false;

    public static bool ReadsGradient => false;

    public static int Factors => 0;

    public static bool AreMoments => false;

    public static SumPair Of(Float4 x, Float4 dy, Float4 f0, Float4 f1, Float4 f2, Float4 f3) => new(x, Float4.Of(0f));
}

/// <summary>Σ x·dy.</summary>
internal readonly struct Products : ISummand
{
    public static bool HasSecond => false;

    public static bool ReadsGradient => true;

    public static int Factors => 0;

    public static bool AreMoments => false;

    public static SumPair Of(Float4 x, Float4 dy, Float4 f0, Float4 f1, Float4 f2, Float4 f3) => new(x * dy, Float4.Of(0f));
}
