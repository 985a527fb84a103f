namespace ILGPU.Algorithms;

public static partial class XMath
{
    /// <summary>The smaller of two numbers; a NaN loses, as on a GPU.</summary>
    public static float Min(float first, float second) => float.MinNumber(first, second);

    /// <summary>The larger of two numbers; a NaN loses, as on a GPU.</summary>
    public static float Max(float first, float second) => float.MaxNumber(first, second);

    /// <summary>The number, or the bound that it is beyond.</summary>
    public static float Clamp(float value, float min, float max) => Max(Min(value, max), min);

    /// <summary>The smaller of two numbers; a NaN loses, as on a GPU.</summary>
    public static double Min(double first, double second) => double.MinNumber(first, second);

    /// <summary>The larger of two numbers; a NaN loses, as on a GPU.</summary>
    public static double Max(double first, double second) => double.MaxNumber(first, second);

    /// <summary>The number, or the bound that it is beyond.</summary>
    public static double Clamp(double value, double min, double max) => Max(Min(value, max), min);

    /// <summary>The smaller of two numbers.</summary>
    public static int Min(int first, int second) => Math.Min(first, second);

    /// <summary>The larger of two numbers.</summary>
    public static int Max(int first, int second) => Math.Max(first, second);

    /// <summary>The number, or the bound that it is beyond.</summary>
    public static int Clamp(int value, int min, int max) => Max(Min(value, max), min);

    /// <summary>The smaller of two numbers.</summary>
    public static uint Min(uint first, uint second) => Math.Min(first, second);

    /// <summary>The larger of two numbers.</summary>
    public static uint Max(uint first, uint second) => Math.Max(first, second);

    /// <summary>The number, or the bound that it is beyond.</summary>
    public static uint Clamp(uint value, uint min, uint max) => Max(Min(value, max), min);

    /// <summary>The smaller of two numbers.</summary>
    public static long Min(long first, long second) => Math.Min(first, second);

    /// <summary>The larger of two numbers.</summary>
    public static long Max(long first, long second) => Math.Max(first, second);

    /// <summary>The number, or the bound that it is beyond.</summary>
    public static long Clamp(long value, long min, long max) => Max(Min(value, max), min);

    /// <summary>The smaller of two numbers.</summary>
    public static ulong Min(ulong first, ulong second) => Math.Min(first, second);

    /// <summary>The larger of two numbers.</summary>
    public static ulong Max(ulong first, ulong second) => Math.Max(first, second);

    /// <summary>The number, or the bound that it is beyond.</summary>
    public static ulong Clamp(ulong value, ulong min, ulong max) => Max(Min(value, max), min);

    /// <summary>The magnitude.</summary>
    public static int Abs(int value) => Math.Abs(value);

    /// <summary>The quotient of two positive numbers, rounded up.</summary>
    public static int DivRoundUp(int numerator, int denominator) => (numerator + denominator - 1) / denominator;

    /// <summary>The quotient of two positive numbers, rounded down.</summary>
    public static int DivRoundDown(int numerator, int denominator) => numerator / denominator;

    /// <summary>The magnitude.</summary>
    public static long Abs(long value) => Math.Abs(value);

    /// <summary>The quotient of two positive numbers, rounded up.</summary>
    public static long DivRoundUp(long numerator, long denominator) => (numerator + denominator - 1) / denominator;

    /// <summary>The quotient of two positive numbers, rounded down.</summary>
    public static long DivRoundDown(long numerator, long denominator) => numerator / denominator;
}
