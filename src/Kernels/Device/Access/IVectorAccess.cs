namespace GpuNet.Kernels;

// Device/ holds what kernels of several operators share: how memory is reached and what registers hold (Access), epilogues, element-wise
// passes, products by tiles and by matrix units, reductions, random masks. What one operator alone uses is in that operator's folder.

/// <summary>
/// How a kernel reaches channels in memory: four neighbouring ones as one vector where channel counts and slices are multiples of four,
/// else float by float, and in 16 bits each by <see cref="Bfloat16Vectors"/>.
/// </summary>
internal interface IVectorAccess
{
    /// <summary>Whether four neighbouring ones are one vector.</summary>
    static abstract bool IsVector { get; }

    /// <summary>Reads up to four floats; those past <paramref name="count"/> are 0 and not touched.</summary>
    /// <param name="view">Memory.</param>
    /// <param name="at">First of them.</param>
    /// <param name="count">How many there are from there on: any number, none if it is below 1.</param>
    static abstract Float4 Load(View view, int at, int count);

    /// <summary>Writes up to four floats; those past <paramref name="count"/> are left as they are.</summary>
    /// <param name="view">Memory.</param>
    /// <param name="at">First of them.</param>
    /// <param name="value">The floats.</param>
    /// <param name="count">How many there are from there on: any number, none if it is below 1.</param>
    static abstract void Store(View view, int at, Float4 value, int count);

    /// <summary>Reads four floats that are all there.</summary>
    /// <param name="view">Memory.</param>
    /// <param name="at">Place of a vector.</param>
    /// <param name="next">How many vectors behind it: apart from the place, so that a compiler sees which ones are neighbours.</param>
    static abstract Float4 Read(View view, int at, int next);

    /// <summary>Writes four floats that are all there.</summary>
    /// <param name="view">Memory.</param>
    /// <param name="at">Place of a vector.</param>
    /// <param name="next">How many vectors behind it.</param>
    /// <param name="value">The floats.</param>
    static abstract void Write(View view, int at, int next, Float4 value);

    /// <summary>Reads one value.</summary>
    /// <param name="view">Memory.</param>
    /// <param name="at">Its place.</param>
    static abstract float Get(View view, int at);

    /// <summary>Writes one value.</summary>
    /// <param name="view">Memory.</param>
    /// <param name="at">Its place.</param>
    /// <param name="value">The value.</param>
    static abstract void Set(View view, int at, float value);
}

/// <summary>One vector, all or nothing: <c>at</c> and <c>count</c> are multiples of four.</summary>
internal readonly struct Vectors : IVectorAccess
{
    public static bool IsVector => true;

    public static Float4 Load(View view, int at, int count) => count > 0 ? view.Cast<Float4>()[at >> 2] : Float4.Of(0f);

    public static void Store(View view, int at, Float4 value, int count)
    {
        if (count > 0)
            view.Cast<Float4>()[at >> 2] = value;
    }

    public static Float4 Read(View view, int at, int next) => view.Cast<Float4>()[(at >> 2) + next];

    public static void Write(View view, int at, int next, Float4 value) => view.Cast<Float4>()[(at >> 2) + next] = value;

    public static float Get(View view, int at) => view[at];

    public static void Set(View view, int at, float value) => view[at] = value;
}

/// <summary>Float by float, with a test each.</summary>
internal readonly struct Guarded : IVectorAccess
{
    public static bool IsVector => false;

    public static Float4 Load(View view, int at, int count) => new(
        count > 0 ? view[at] : 0f, count > 1 ? view[at + 1] : 0f, count > 2 ? view[at + 2] : 0f, count > 3 ? view[at + 3] : 0f);

    public static void Store(View view, int at, Float4 value, int count)
    {
        if (count > 0)
            view[at] = value.X;
        if (count > 1)
            view[at + 1] = value.Y;
        if (count > 2)
            view[at + 2] = value.Z;
        if (count > 3)
            view[at + 3] = value.W;
    }

    public static Float4 Read(View view, int at, int next)
    {
        at += 4 * next;
        return new Float4(view[at], view[at + 1], view[at + 2], view[at + 3]);
    }

    public static void Write(View view, int at, int next, Float4 value)
    {
        at += 4 * next;
        view[at] = value.X;
        view[at + 1] = value.Y;
        view[at + 2] = value.Z;
        view[at + 3] = value.W;
    }

    public static float Get(View view, int at) => view[at];

    public static void Set(View view, int at, float value) => view[at] = value;
}

/// <summary>Another access, without tests: four that are all there.</summary>
internal readonly struct Whole<TAccess> : IVectorAccess
    where TAccess : unmanaged, IVectorAccess
{
    public static bool IsVector => TAccess.IsVector;

    public static Float4 Load(View view, int at, int count) => TAccess.Read(view, at, 0);

    public static void Store(View view, int at, Float4 value, int count) => TAccess.Write(view, at, 0, value);

    public static Float4 Read(View view, int at, int next) => TAccess.Read(view, at, next);

    public static void Write(View view, int at, int next, Float4 value) => TAccess.Write(view, at, next, value);

    public static float Get(View view, int at) => TAccess.Get(view, at);

    public static void Set(View view, int at, float value) => TAccess.Set(view, at, value);
}

/// <summary>Chooses how channels are reached.</summary>
internal static class Access
{
    /// <summary>The policy.</summary>
    /// <param name="vectors">Whether rows of memory are whole vectors of four.</param>
    /// <param name="type">How values lie in memory; in 16 bits they always are whole vectors.</param>
    public static Type Policy(bool vectors, ElementType type = ElementType.Float32) =>
        type == ElementType.Bfloat16 ? typeof(Bfloat16Vectors) : vectors ? typeof(Vectors) : typeof(Guarded);
}
