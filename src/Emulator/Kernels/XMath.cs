namespace ILGPU.Algorithms;

/// <summary>Functions of numbers that every device has.</summary>
public static partial class XMath
{
    /// <summary>The ratio of a circle's circumference to its diameter.</summary>
    public const float PI = MathF.PI;

    /// <summary>The base of the natural logarithm.</summary>
    public const float E = MathF.E;

    /// <summary>E to the power of the argument.</summary>
    public static float Exp(float value) => MathF.Exp(value);

    /// <summary>E to the power of the argument.</summary>
    public static double Exp(double value) => Math.Exp(value);

    /// <summary>2 to the power of the argument.</summary>
    public static float Exp2(float value) => MathF.Pow(2, value);

    /// <summary>2 to the power of the argument.</summary>
    public static double Exp2(double value) => Math.Pow(2, value);

    /// <summary>The natural logarithm.</summary>
    public static float Log(float value) => MathF.Log(value);

    /// <summary>The natural logarithm.</summary>
    public static double Log(double value) => Math.Log(value);

    /// <summary>The logarithm to base 2.</summary>
    public static float Log2(float value) => MathF.Log2(value);

    /// <summary>The logarithm to base 2.</summary>
    public static double Log2(double value) => Math.Log2(value);

    /// <summary>The logarithm to base 10.</summary>
    public static float Log10(float value) => MathF.Log10(value);

    /// <summary>The logarithm to base 10.</summary>
    public static double Log10(double value) => Math.Log10(value);

    /// <summary>The square root.</summary>
    public static float Sqrt(float value) => MathF.Sqrt(value);

    /// <summary>The square root.</summary>
    public static double Sqrt(double value) => Math.Sqrt(value);

    /// <summary>The sine.</summary>
    public static float Sin(float value) => MathF.Sin(value);

    /// <summary>The sine.</summary>
    public static double Sin(double value) => Math.Sin(value);

    /// <summary>The cosine.</summary>
    public static float Cos(float value) => MathF.Cos(value);

    /// <summary>The cosine.</summary>
    public static double Cos(double value) => Math.Cos(value);

    /// <summary>The tangent.</summary>
    public static float Tan(float value) => MathF.Tan(value);

    /// <summary>The tangent.</summary>
    public static double Tan(double value) => Math.Tan(value);

    /// <summary>The hyperbolic sine.</summary>
    public static float Sinh(float value) => MathF.Sinh(value);

    /// <summary>The hyperbolic sine.</summary>
    public static double Sinh(double value) => Math.Sinh(value);

    /// <summary>The hyperbolic cosine.</summary>
    public static float Cosh(float value) => MathF.Cosh(value);

    /// <summary>The hyperbolic cosine.</summary>
    public static double Cosh(double value) => Math.Cosh(value);

    /// <summary>The hyperbolic tangent.</summary>
    public static float Tanh(float value) => MathF.Tanh(value);

    /// <summary>The hyperbolic tangent.</summary>
    public static double Tanh(double value) => Math.Tanh(value);

    /// <summary>The next integer towards minus infinity.</summary>
    public static float Floor(float value) => MathF.Floor(value);

    /// <summary>The next integer towards minus infinity.</summary>
    public static double Floor(double value) => Math.Floor(value);

    /// <summary>The next integer towards infinity.</summary>
    public static float Ceiling(float value) => MathF.Ceiling(value);

    /// <summary>The next integer towards infinity.</summary>
    public static double Ceiling(double value) => Math.Ceiling(value);

    /// <summary>The next integer towards zero.</summary>
    public static float Truncate(float value) => MathF.Truncate(value);

    /// <summary>The next integer towards zero.</summary>
    public static double Truncate(double value) => Math.Truncate(value);

    /// <summary>The magnitude.</summary>
    public static float Abs(float value) => MathF.Abs(value);

    /// <summary>The magnitude.</summary>
    public static double Abs(double value) => Math.Abs(value);

    /// <summary>One by the square root.</summary>
    public static float Rsqrt(float value) => 1f / MathF.Sqrt(value);

    /// <summary>One by the argument.</summary>
    public static float Rcp(float value) => 1f / value;

    /// <summary>A number to the power of another.</summary>
    public static float Pow(float @base, float exp) => MathF.Pow(@base, exp);

    /// <summary>The angle of a point.</summary>
    public static float Atan2(float y, float x) => MathF.Atan2(y, x);

    /// <summary>Whether the argument is no number.</summary>
    public static bool IsNaN(float value) => float.IsNaN(value);

    /// <summary>Whether the argument is infinite.</summary>
    public static bool IsInfinity(float value) => float.IsInfinity(value);

    /// <summary>One by the square root.</summary>
    public static double Rsqrt(double value) => 1.0 / Math.Sqrt(value);

    /// <summary>One by the argument.</summary>
    public static double Rcp(double value) => 1.0 / value;

    /// <summary>A number to the power of another.</summary>
    public static double Pow(double @base, double exp) => Math.Pow(@base, exp);

    /// <summary>The angle of a point.</summary>
    public static double Atan2(double y, double x) => Math.Atan2(y, x);

    /// <summary>Whether the argument is no number.</summary>
    public static bool IsNaN(double value) => double.IsNaN(value);

    /// <summary>Whether the argument is infinite.</summary>
    public static bool IsInfinity(double value) => double.IsInfinity(value);
}
