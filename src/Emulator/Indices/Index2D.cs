namespace ILGPU;

/// <summary>A 32-bit index or extent of two dimensions; X varies fastest.</summary>
/// <param name="X">The position on the first axis.</param>
/// <param name="Y">The position on the second axis.</param>
public readonly record struct Index2D(int X, int Y) : IIndex
{
    /// <summary>The first element.</summary>
    public static readonly Index2D Zero = new(0, 0);

    /// <summary>An extent of one element.</summary>
    public static readonly Index2D One = new(1, 1);

    /// <summary>The same value on every axis.</summary>
    public Index2D(int value) : this(value, value)
    {
    }

    /// <summary>The number of elements that an extent of this value covers.</summary>
    public int Size => X * Y;

    /// <inheritdoc />
    public long LongSize => (long)X * Y;

    /// <summary>Whether this index lies inside <paramref name="extent"/> on every axis.</summary>
    public bool InBounds(Index2D extent) =>
        X >= 0 && X < extent.X && Y >= 0 && Y < extent.Y;

    /// <inheritdoc />
    public override string ToString() => $"({X}, {Y})";

    /// <summary>The smaller value on each axis.</summary>
    public static Index2D Min(Index2D first, Index2D second) =>
        new(Math.Min(first.X, second.X), Math.Min(first.Y, second.Y));

    /// <summary>The larger value on each axis.</summary>
    public static Index2D Max(Index2D first, Index2D second) =>
        new(Math.Max(first.X, second.X), Math.Max(first.Y, second.Y));

    /// <summary>A tuple of integers as an index.</summary>
    public static implicit operator Index2D((int X, int Y) value) => new(value.X, value.Y);

    /// <summary>Adds axis by axis.</summary>
    public static Index2D operator +(Index2D first, Index2D second) => new(first.X + second.X, first.Y + second.Y);

    /// <summary>Subtracts axis by axis.</summary>
    public static Index2D operator -(Index2D first, Index2D second) => new(first.X - second.X, first.Y - second.Y);

    /// <summary>Multiplies axis by axis.</summary>
    public static Index2D operator *(Index2D first, Index2D second) => new(first.X * second.X, first.Y * second.Y);

    /// <summary>Divides axis by axis.</summary>
    public static Index2D operator /(Index2D first, Index2D second) => new(first.X / second.X, first.Y / second.Y);
}
