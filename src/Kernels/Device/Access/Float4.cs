namespace GpuNet.Kernels;

/// <summary>
/// Four neighbouring floats: what a GPU loads or stores at once, <c>view.Cast&lt;Float4&gt;()[i / 4]</c>. The view must start on a
/// 16-byte boundary, and so must the element.
/// </summary>
/// <param name="x">First.</param>
/// <param name="y">Second.</param>
/// <param name="z">Third.</param>
/// <param name="w">Fourth.</param>
public struct Float4(float x, float y, float z, float w)
{
    /// <summary>The floats, in the order in which they lie.</summary>
    public float X = x, Y = y, Z = z, W = w;

    /// <summary>The same float four times.</summary>
    public static Float4 Of(float value) => new(value, value, value, value);

    /// <summary>Sum, float by float.</summary>
    public static Float4 operator +(Float4 a, Float4 b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z, a.W + b.W);

    /// <summary>Difference, float by float.</summary>
    public static Float4 operator -(Float4 a, Float4 b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z, a.W - b.W);

    /// <summary>Product, float by float.</summary>
    public static Float4 operator *(Float4 a, Float4 b) => new(a.X * b.X, a.Y * b.Y, a.Z * b.Z, a.W * b.W);

    /// <summary>Each float times a number.</summary>
    public static Float4 operator *(float a, Float4 b) => new(a * b.X, a * b.Y, a * b.Z, a * b.W);

    /// <summary>Sum; see the operator.</summary>
    public static Float4 Add(Float4 left, Float4 right) => left + right;

    /// <summary>Difference; see the operator.</summary>
    public static Float4 Subtract(Float4 left, Float4 right) => left - right;

    /// <summary>Product; see the operator.</summary>
    public static Float4 Multiply(Float4 left, Float4 right) => left * right;

    /// <summary>The sum of the four.</summary>
    public readonly float Sum => (X + Y) + (Z + W);
}
