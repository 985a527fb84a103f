namespace ILGPU;

/// <summary>A 64-bit index or extent of one dimension.</summary>
/// <param name="X">The position on the only axis.</param>
public readonly record struct LongIndex1D(long X) : IIndex, IComparable<LongIndex1D>
{
    /// <summary>The first element.</summary>
    public static readonly LongIndex1D Zero = new(0);

    /// <summary>An extent of one element.</summary>
    public static readonly LongIndex1D One = new(1);

    /// <summary>The number of elements that an extent of this value covers.</summary>
    public long Size => X;

    /// <inheritdoc />
    public long LongSize => X;

    /// <summary>The same index in 32 bits.</summary>
    /// <exception cref="OverflowException">It does not fit.</exception>
    public Index1D ToIntIndex() => new(checked((int)X));

    /// <inheritdoc />
    public int CompareTo(LongIndex1D other) => X.CompareTo(other.X);

    /// <inheritdoc />
    public override string ToString() => $"{X}";

    /// <summary>An integer as an index.</summary>
    public static implicit operator LongIndex1D(long value) => new(value);

    /// <summary>The index as an integer.</summary>
    public static implicit operator long(LongIndex1D index) => index.X;

    /// <summary>A 32-bit index in 64 bits.</summary>
    public static implicit operator LongIndex1D(Index1D index) => new(index.X);

    /// <summary>Adds.</summary>
    public static LongIndex1D operator +(LongIndex1D first, LongIndex1D second) => new(first.X + second.X);

    /// <summary>Subtracts.</summary>
    public static LongIndex1D operator -(LongIndex1D first, LongIndex1D second) => new(first.X - second.X);

    /// <summary>Multiplies.</summary>
    public static LongIndex1D operator *(LongIndex1D first, LongIndex1D second) => new(first.X * second.X);

    /// <summary>Divides, rounding towards zero.</summary>
    public static LongIndex1D operator /(LongIndex1D first, LongIndex1D second) => new(first.X / second.X);

    /// <summary>Whether the first index comes before the second.</summary>
    public static bool operator <(LongIndex1D first, LongIndex1D second) => first.X < second.X;

    /// <summary>Whether the first index comes before the second or equals it.</summary>
    public static bool operator <=(LongIndex1D first, LongIndex1D second) => first.X <= second.X;

    /// <summary>Whether the first index comes after the second.</summary>
    public static bool operator >(LongIndex1D first, LongIndex1D second) => first.X > second.X;

    /// <summary>Whether the first index comes after the second or equals it.</summary>
    public static bool operator >=(LongIndex1D first, LongIndex1D second) => first.X >= second.X;
}
