namespace ILGPU;

/// <summary>A 32-bit index or extent of three dimensions; X varies fastest.</summary>
/// <param name="X">The position on the first axis.</param>
/// <param name="Y">The position on the second axis.</param>
/// <param name="Z">The position on the third axis.</param>
public readonly record struct Index3D(int X, int Y, int Z) : IIndex
{
    /// <summary>The first element.</summary>
    public static readonly Index3D Zero = new(0, 0, 0);

    /// <summary>An extent of one element.</summary>
    public static readonly Index3D One = new(1, 1, 1);

    /// <summary>The same value on every axis.</summary>
    public Index3D(int value) : this(value, value, value)
    {
    }

    /// <summary>A two-dimensional index with its third axis.</summary>
    public Index3D(Index2D xy, int z) : this(xy.X, xy.Y, z)
    {
    }

    /// <summary>A two-dimensional index behind its first axis.</summary>
    public Index3D(int x, Index2D yz) : this(x, yz.X, yz.Y)
    {
    }

    /// <summary>The first two axes.</summary>
    public Index2D XY => new(X, Y);

    /// <summary>The last two axes.</summary>
    public Index2D YZ => new(Y, Z);

    /// <summary>The number of elements that an extent of this value covers.</summary>
    public int Size => X * Y * Z;

    /// <inheritdoc />
    public long LongSize => (long)X * Y * Z;

    /// <summary>Whether this index lies inside <paramref name="extent"/> on every axis.</summary>
    public bool InBounds(Index3D extent) =>
        X >= 0 && X < extent.X && Y >= 0 && Y < extent.Y && Z >= 0 && Z < extent.Z;

    /// <inheritdoc />
    public override string ToString() => $"({X}, {Y}, {Z})";

    /// <summary>The smaller value on each axis.</summary>
    public static Index3D Min(Index3D first, Index3D second) =>
        new(Math.Min(first.X, second.X), Math.Min(first.Y, second.Y), Math.Min(first.Z, second.Z));

    /// <summary>The larger value on each axis.</summary>
    public static Index3D Max(Index3D first, Index3D second) =>
        new(Math.Max(first.X, second.X), Math.Max(first.Y, second.Y), Math.Max(first.Z, second.Z));

    /// <summary>A tuple of integers as an index.</summary>
    public static implicit operator Index3D((int X, int Y, int Z) value) => new(value.X, value.Y, value.Z);

    /// <summary>Adds axis by axis.</summary>
    public static Index3D operator +(Index3D first, Index3D second) => new(first.X + second.X, first.Y + second.Y, first.Z + second.Z);

    /// <summary>Subtracts axis by axis.</summary>
    public static Index3D operator -(Index3D first, Index3D second) => new(first.X - second.X, first.Y - second.Y, first.Z - second.Z);

    /// <summary>Multiplies axis by axis.</summary>
    public static Index3D operator *(Index3D first, Index3D second) => new(first.X * second.X, first.Y * second.Y, first.Z * second.Z);

    /// <summary>Divides axis by axis.</summary>
    public static Index3D operator /(Index3D first, Index3D second) => new(first.X / second.X, first.Y / second.Y, first.Z / second.Z);
}
