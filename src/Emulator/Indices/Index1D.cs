namespace ILGPU;

/// <summary>A 32-bit index or extent of one dimension.</summary>
/// <param name="X">The position on the only axis.</param>
public readonly record struct Index1D(int X) : IIndex, IComparable<Index1D>
{
    /// <summary>The first element.</summary>
    public static readonly Index1D Zero = new(0);

    /// <summary>An extent of one element.</summary>
    public static readonly Index1D One = new(1);

    /// <summary>A value that is no element.</summary>
    public static readonly Index1D Invalid = new(-1);

    /// <summary>The number of elements that an extent of this value covers.</summary>
    public int Size => X;

    /// <inheritdoc />
    public long LongSize => X;

    /// <summary>Whether this index lies in [0, <paramref name="extent"/>).</summary>
    public bool InBounds(Index1D extent) => X >= 0 && X < extent.X;

    /// <inheritdoc />
    public int CompareTo(Index1D other) => X.CompareTo(other.X);

    /// <inheritdoc />
    public override string ToString() => $"{X}";

    /// <summary>The smaller of two indices.</summary>
    public static Index1D Min(Index1D first, Index1D second) => first.X < second.X ? first : second;

    /// <summary>The larger of two indices.</summary>
    public static Index1D Max(Index1D first, Index1D second) => first.X > second.X ? first : second;

    /// <summary>An integer as an index.</summary>
    public static implicit operator Index1D(int value) => new(value);

    /// <summary>The index as an integer.</summary>
    public static implicit operator int(Index1D index) => index.X;

    /// <summary>The index as an unsigned integer.</summary>
    public static explicit operator uint(Index1D index) => (uint)index.X;

    /// <summary>Adds.</summary>
    public static Index1D operator +(Index1D first, Index1D second) => new(first.X + second.X);

    /// <summary>Subtracts.</summary>
    public static Index1D operator -(Index1D first, Index1D second) => new(first.X - second.X);

    /// <summary>Multiplies.</summary>
    public static Index1D operator *(Index1D first, Index1D second) => new(first.X * second.X);

    /// <summary>Divides, rounding towards zero.</summary>
    public static Index1D operator /(Index1D first, Index1D second) => new(first.X / second.X);

    /// <summary>Whether the first index comes before the second.</summary>
    public static bool operator <(Index1D first, Index1D second) => first.X < second.X;

    /// <summary>Whether the first index comes before the second or equals it.</summary>
    public static bool operator <=(Index1D first, Index1D second) => first.X <= second.X;

    /// <summary>Whether the first index comes after the second.</summary>
    public static bool operator >(Index1D first, Index1D second) => first.X > second.X;

    /// <summary>Whether the first index comes after the second or equals it.</summary>
    public static bool operator >=(Index1D first, Index1D second) => first.X >= second.X;
}
