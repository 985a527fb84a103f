using ILGPU;

namespace GpuNet.Kernels;

/// <summary>Where windows, widths and what rides on a convolution become the types that its kernels are compiled for.</summary>
internal static class RowTileBinding
{
    /// <summary>A kernel of <see cref="RowTileKernels"/> that is generic over channels, window and input, for one launch.</summary>
    /// <param name="kernel">The kernel, closed over anything.</param>
    /// <param name="window">The window.</param>
    /// <param name="shape">The launch.</param>
    /// <param name="norm">The activation of a norm that x is read through; null to read it as it is.</param>
    public static TKernel Close<TKernel>(TKernel kernel, Window window, RowTileShape shape, ActivationKind? norm = null)
        where TKernel : Delegate => Policies.Close(kernel, Channels(shape), Shape(window),
            Input(shape, ElementType.Float32,
                norm is { } activation ? Policies.Of(typeof(NormPrologue<>), activation.Policy()) : typeof(NoPrologue)));

    /// <summary>The forward kernel of a launch, which has an epilogue besides.</summary>
    public static Action<View, View, View, View, View, RowTileGeometry, EpilogueGeometry> Forward(DepthwiseConv op, RowTileShape shape) =>
        Policies.Close(RowTileKernels.Forward<Float4, Window3, Input<Vectors, Vectors, NoPrologue>, SumEpilogue<Vectors>>,
            Channels(shape), Shape(op.Window), Input(shape, op.Storage.Input, typeof(NoPrologue)),
            Epilogues.Policy(op.Epilogue, AccessOf(shape, op.Storage.Output)));

    private static Type Channels(RowTileShape shape) => shape.Width == RowTileWidth.Sixteen ? typeof(Float16) : typeof(Float4);

    private static Type Shape(Window window) => (window.KernelH, window.StrideH) switch
    {
        (3, 1) => typeof(Window3),
        (3, _) => typeof(Window3Stride2),
        (_, 1) => typeof(Window5),
        _ => typeof(Window5Stride2),
    };

    private static Type Input(RowTileShape shape, ElementType type, Type prologue) =>
        Policies.Of(typeof(Input<,,>), AccessOf(shape, type), AccessOf(shape, ElementType.Float32), prologue);

    // A thread never has a vector of which a part is missing.
    private static Type AccessOf(RowTileShape shape, ElementType type) =>
        shape.Width == RowTileWidth.Partial ? typeof(RepeatLast) : Policies.Of(typeof(Whole<>), Access.Policy(vectors: true, type));
}

/// <summary>
/// Up to four channels, read and written float by float. Past the last the last is read again, for loads without branches; only a store
/// tests.
/// </summary>
internal readonly struct RepeatLast : IVectorAccess
{
    public static bool IsVector => false;

    public static Float4 Load(View view, int at, int count) => new(
        view[at], view[at + IntrinsicMath.Min(1, count - 1)], view[at + IntrinsicMath.Min(2, count - 1)],
        view[at + IntrinsicMath.Min(3, count - 1)]);

    public static void Store(View view, int at, Float4 value, int count) => Guarded.Store(view, at, value, count);

    public static Float4 Read(View view, int at, int next) => Guarded.Read(view, at, next);

    public static void Write(View view, int at, int next, Float4 value) => Guarded.Write(view, at, next, value);

    public static float Get(View view, int at) => view[at];

    public static void Set(View view, int at, float value) => view[at] = value;
}
