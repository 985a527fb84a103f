namespace GpuNet.Kernels;

/// <summary>What happens to four neighbouring channels on their way from one tensor to another.</summary>
internal interface IElementwiseStep
{
    /// <summary>Their new values.</summary>
    /// <typeparam name="TAccess">How neighbouring channels are reached.</typeparam>
    /// <param name="v">Their values so far.</param>
    /// <param name="operand">The step's own operand.</param>
    /// <param name="at">Their place in an operand that is laid as the output.</param>
    /// <param name="channel">Their place in an operand that has one row of channels an image.</param>
    /// <param name="count">Channels there are from the first on.</param>
    static abstract Float4 Apply<TAccess>(Float4 v, View operand, int at, int channel, int count)
        where TAccess : unmanaged, IVectorAccess;
}

/// <summary>Up to four steps, one after the other, each with an operand of its own.</summary>
internal interface IElementwiseSteps
{
    /// <summary>New values; see <see cref="IElementwiseStep.Apply"/>.</summary>
    static abstract Float4 Apply<TAccess>(Float4 v, View first, View second, View third, View fourth, int at, int channel, int count)
        where TAccess : unmanaged, IVectorAccess;
}

/// <summary>Four steps; those that are not needed are <see cref="Pass"/>.</summary>
internal readonly struct ElementwiseSteps<TFirst, TSecond, TThird, TFourth> : IElementwiseSteps
    where TFirst : unmanaged, IElementwiseStep
    where TSecond : unmanaged, IElementwiseStep
    where TThird : unmanaged, IElementwiseStep
    where TFourth : unmanaged, IElementwiseStep
{
    static Float4 IElementwiseSteps.Apply<TAccess>(
        Float4 v, View first, View second, View third, View fourth, int at, int channel, int count)
    {
        v = TFirst.Apply<TAccess>(v, first, at, channel, count);
        v = TSecond.Apply<TAccess>(v, second, at, channel, count);
        v = TThird.Apply<TAccess>(v, third, at, channel, count);
        return TFourth.Apply<TAccess>(v, fourth, at, channel, count);
    }
}

/// <summary>v.</summary>
internal readonly struct Pass : IElementwiseStep
{
    static Float4 IElementwiseStep.Apply<TAccess>(Float4 v, View operand, int at, int channel, int count) => v;
}

/// <summary>act(v).</summary>
internal readonly struct Activate<TActivation> : IElementwiseStep
    where TActivation : unmanaged, IActivation
{
    static Float4 IElementwiseStep.Apply<TAccess>(Float4 v, View operand, int at, int channel, int count) =>
        Float4.Activate<TActivation>(v);
}

/// <summary>v·act'(x), x being the operand, laid as the output.</summary>
internal readonly struct TimesSlope<TActivation> : IElementwiseStep
    where TActivation : unmanaged, IActivation
{
    static Float4 IElementwiseStep.Apply<TAccess>(Float4 v, View operand, int at, int channel, int count) =>
        v * Float4.Gradient<TActivation>(TAccess.Load(operand, at, count));
}

/// <summary>v + x, x being the operand, laid as the output.</summary>
internal readonly struct PlusTensor : IElementwiseStep
{
    static Float4 IElementwiseStep.Apply<TAccess>(Float4 v, View operand, int at, int channel, int count) =>
        v + TAccess.Load(operand, at, count);
}

/// <summary>v − a[c].</summary>
internal readonly struct MinusChannel : IElementwiseStep
{
    static Float4 IElementwiseStep.Apply<TAccess>(Float4 v, View operand, int at, int channel, int count) =>
        v - TAccess.Load(operand, channel, count);
}

/// <summary>v·a[c]; with several images v·a[n,c].</summary>
internal readonly struct TimesChannel : IElementwiseStep
{
    static Float4 IElementwiseStep.Apply<TAccess>(Float4 v, View operand, int at, int channel, int count) =>
        v * TAccess.Load(operand, channel, count);
}

/// <summary>v + a[c].</summary>
internal readonly struct PlusChannel : IElementwiseStep
{
    static Float4 IElementwiseStep.Apply<TAccess>(Float4 v, View operand, int at, int channel, int count) =>
        v + TAccess.Load(operand, channel, count);
}
