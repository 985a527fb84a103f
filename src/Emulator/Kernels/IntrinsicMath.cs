namespace ILGPU;

/// <summary>Functions of numbers that need no library on any device.</summary>
public static class IntrinsicMath
{
    /// <summary>The smaller of two numbers.</summary>
    public static float Min(float first, float second) => Algorithms.XMath.Min(first, second);

    /// <summary>The larger of two numbers.</summary>
    public static float Max(float first, float second) => Algorithms.XMath.Max(first, second);

    /// <summary>The number, or the bound that it is beyond.</summary>
    public static float Clamp(float value, float min, float max) => Algorithms.XMath.Clamp(value, min, max);

    /// <summary>The magnitude.</summary>
    public static float Abs(float value) => Math.Abs(value);

    /// <summary>The smaller of two numbers.</summary>
    public static double Min(double first, double second) => Algorithms.XMath.Min(first, second);

    /// <summary>The larger of two numbers.</summary>
    public static double Max(double first, double second) => Algorithms.XMath.Max(first, second);

    /// <summary>The number, or the bound that it is beyond.</summary>
    public static double Clamp(double value, double min, double max) => Algorithms.XMath.Clamp(value, min, max);

    /// <summary>The magnitude.</summary>
    public static double Abs(double value) => Math.Abs(value);

    /// <summary>The smaller of two numbers.</summary>
    public static int Min(int first, int second) => Algorithms.XMath.Min(first, second);

    /// <summary>The larger of two numbers.</summary>
    public static int Max(int first, int second) => Algorithms.XMath.Max(first, second);

    /// <summary>The number, or the bound that it is beyond.</summary>
    public static int Clamp(int value, int min, int max) => Algorithms.XMath.Clamp(value, min, max);

    /// <summary>The magnitude.</summary>
    public static int Abs(int value) => Math.Abs(value);

    /// <summary>The smaller of two numbers.</summary>
    public static uint Min(uint first, uint second) => Algorithms.XMath.Min(first, second);

    /// <summary>The larger of two numbers.</summary>
    public static uint Max(uint first, uint second) => Algorithms.XMath.Max(first, second);

    /// <summary>The number, or the bound that it is beyond.</summary>
    public static uint Clamp(uint value, uint min, uint max) => Algorithms.XMath.Clamp(value, min, max);

    /// <summary>The smaller of two numbers.</summary>
    public static long Min(long first, long second) => Algorithms.XMath.Min(first, second);

    /// <summary>The larger of two numbers.</summary>
    public static long Max(long first, long second) => Algorithms.XMath.Max(first, second);

    /// <summary>The number, or the bound that it is beyond.</summary>
    public static long Clamp(long value, long min, long max) => Algorithms.XMath.Clamp(value, min, max);

    /// <summary>The magnitude.</summary>
    public static long Abs(long value) => Math.Abs(value);

    /// <summary>The smaller of two numbers.</summary>
    public static ulong Min(ulong first, ulong second) => Algorithms.XMath.Min(first, second);

    /// <summary>The larger of two numbers.</summary>
    public static ulong Max(ulong first, ulong second) => Algorithms.XMath.Max(first, second);

    /// <summary>The number, or the bound that it is beyond.</summary>
    public static ulong Clamp(ulong value, ulong min, ulong max) => Algorithms.XMath.Clamp(value, min, max);
}
