namespace GpuNet.Kernels;

/// <summary>A square, undilated window whose taps are written out: what the compiler must know of it.</summary>
internal interface IWindowShape
{
    /// <summary>Kernel rows and columns: 3 or 5.</summary>
    static abstract int Size { get; }

    /// <summary>Step in both directions: 1 or 2.</summary>
    static abstract int Stride { get; }
}

/// <summary>3x3.</summary>
internal readonly struct Window3 : IWindowShape
{
    public static int Size => 3;

    public static int Stride => 1;
}

/// <summary>3x3, every other pixel.</summary>
internal readonly struct Window3Stride2 : IWindowShape
{
    public static int Size => 3;

    public static int Stride => 2;
}

/// <summary>5x5.</summary>
internal readonly struct Window5 : IWindowShape
{
    public static int Size => 5;

    public static int Stride => 1;
}

/// <summary>5x5, every other pixel.</summary>
internal readonly struct Window5Stride2 : IWindowShape
{
    public static int Size => 5;

    public static int Stride => 2;
}
