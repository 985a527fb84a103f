namespace GpuNet.Kernels;

/// <summary>
/// How a kernel reaches its operands: its input, which may lie in memory in 16 bits a value and may be read through a prologue, and the
/// weights, factors and gradients beside it, which are float32.
/// </summary>
internal interface IInput
{
    /// <summary>Whether four neighbouring floats are one vector.</summary>
    static abstract bool IsVector { get; }

    /// <summary>Whether the prologue's factors differ from image to image.</summary>
    static abstract bool PerImage { get; }

    /// <summary>Whether the prologue takes a scale for each channel.</summary>
    static abstract bool HasScale { get; }

    /// <summary>Whether it takes a shift for each channel.</summary>
    static abstract bool HasShift { get; }

    /// <summary>Reads values of the input as they lie in memory.</summary>
    static abstract T Values<T>(View x, int at, int count)
        where T : unmanaged, IFloats<T>;

    /// <summary>Reads weights, factors or gradients.</summary>
    static abstract T Floats<T>(View view, int at, int count)
        where T : unmanaged, IFloats<T>;

    /// <summary>Writes gradients or sums.</summary>
    static abstract void StoreFloats<T>(View view, int at, T value, int count)
        where T : unmanaged, IFloats<T>;

    /// <summary>What of the values takes part in the sums. Padding is 0 and stays so: it does not pass through here.</summary>
    static abstract T Apply<T>(T x, T scale, T shift)
        where T : unmanaged, IFloats<T>;
}

/// <summary>An input as its parts say.</summary>
/// <typeparam name="TIn">How the input lies in memory.</typeparam>
/// <typeparam name="TAccess">How what is float32 is reached.</typeparam>
/// <typeparam name="TPrologue">What becomes of the input as it is read.</typeparam>
internal readonly struct Input<TIn, TAccess, TPrologue> : IInput
    where TIn : unmanaged, IVectorAccess
    where TAccess : unmanaged, IVectorAccess
    where TPrologue : unmanaged, IPrologue
{
    public static bool IsVector => TAccess.IsVector;

    public static bool PerImage => TPrologue.PerImage;

    public static bool HasScale => TPrologue.HasScale;

    public static bool HasShift => TPrologue.HasShift;

    static T IInput.Values<T>(View x, int at, int count) => T.Load<TIn>(x, at, count);

    static T IInput.Floats<T>(View view, int at, int count) => T.Load<TAccess>(view, at, count);

    static void IInput.StoreFloats<T>(View view, int at, T value, int count) => T.Store<TAccess>(view, at, value, count);

    static T IInput.Apply<T>(T x, T scale, T shift) => TPrologue.Apply(x, scale, shift);
}

/// <summary>The floats beside an input, read like one: a gradient, which has no prologue.</summary>
internal readonly struct FloatsOf<TInput> : IInput
    where TInput : unmanaged, IInput
{
    public static bool IsVector => TInput.IsVector;

    public static bool PerImage => false;

    public static bool HasScale => false;

    public static bool HasShift => false;

    static T IInput.Values<T>(View x, int at, int count) => TInput.Floats<T>(x, at, count);

    static T IInput.Floats<T>(View view, int at, int count) => TInput.Floats<T>(view, at, count);

    static void IInput.StoreFloats<T>(View view, int at, T value, int count) => TInput.StoreFloats(view, at, value, count);

    static T IInput.Apply<T>(T x, T scale, T shift) => x;
}

/// <summary>What kernels read of an <see cref="IInput"/>.</summary>
internal static class Inputs
{
    /// <summary>Values that have passed through the prologue.</summary>
    /// <param name="x">The input.</param>
    /// <param name="at">Place of the first value.</param>
    /// <param name="factors">What the prologue takes: a row of scales and one of shifts, or a row of scales for each image.</param>
    /// <param name="factor">
    /// Place of the first value's factors: the channel, and image times channels before it where factors differ.
    /// </param>
    /// <param name="row">Channels of a row of factors.</param>
    /// <param name="count">Values there are from the first on; what lies past them is of no use.</param>
    public static T Read<TInput, T>(View x, int at, View factors, int factor, int row, int count)
        where TInput : unmanaged, IInput
        where T : unmanaged, IFloats<T> =>
        TInput.Apply(TInput.Values<T>(x, at, count), Scale<TInput, T>(factors, factor, count),
            Shift<TInput, T>(factors, factor, row, count));

    /// <summary>The scales; zeros where the prologue takes none.</summary>
    public static T Scale<TInput, T>(View factors, int factor, int count)
        where TInput : unmanaged, IInput
        where T : unmanaged, IFloats<T> => TInput.HasScale ? TInput.Floats<T>(factors, factor, count) : T.Of(0f);

    /// <summary>The shifts; zeros where the prologue takes none.</summary>
    public static T Shift<TInput, T>(View factors, int factor, int row, int count)
        where TInput : unmanaged, IInput
        where T : unmanaged, IFloats<T> => TInput.HasShift ? TInput.Floats<T>(factors, row + factor, count) : T.Of(0f);

    /// <summary>The policy of an input.</summary>
    /// <param name="vectors">Whether rows of memory are whole vectors of four.</param>
    /// <param name="type">How the input lies in memory.</param>
    /// <param name="prologue">What becomes of it as it is read; null for nothing.</param>
    public static Type Policy(bool vectors, ElementType type = ElementType.Float32, Type? prologue = null) =>
        Policies.Of(typeof(Input<,,>), Access.Policy(vectors, type), Access.Policy(vectors), prologue ?? typeof(NoPrologue));
}

/// <summary>
/// What a kernel does to the values of its input as it reads them, so that the result of a norm or of a gate is never written to memory.
/// </summary>
internal interface IPrologue
{
    /// <inheritdoc cref="IInput.PerImage"/>
    static abstract bool PerImage { get; }

    /// <inheritdoc cref="IInput.HasScale"/>
    static abstract bool HasScale { get; }

    /// <inheritdoc cref="IInput.HasShift"/>
    static abstract bool HasShift { get; }

    /// <inheritdoc cref="IInput.Apply"/>
    static abstract T Apply<T>(T x, T scale, T shift)
        where T : unmanaged, IFloats<T>;
}

/// <summary>x.</summary>
internal readonly struct NoPrologue : IPrologue
{
    public static bool PerImage => false;

    public static bool HasScale => false;

    public static bool HasShift => false;

    static T IPrologue.Apply<T>(T x, T scale, T shift) => x;
}

/// <summary>act(scale[c]·x + shift[c]): a batch norm with its activation.</summary>
internal readonly struct NormPrologue<TActivation> : IPrologue
    where TActivation : unmanaged, IActivation
{
    public static bool PerImage => false;

    public static bool HasScale => true;

    public static bool HasShift => true;

    static T IPrologue.Apply<T>(T x, T scale, T shift) => T.Activate<TActivation>((scale * x) + shift);
}

/// <summary>gate[n,c]·x: the excitation of squeeze-and-excitation.</summary>
internal readonly struct GatePrologue : IPrologue
{
    public static bool PerImage => true;

    public static bool HasScale => true;

    public static bool HasShift => false;

    static T IPrologue.Apply<T>(T x, T scale, T shift) => scale * x;
}
