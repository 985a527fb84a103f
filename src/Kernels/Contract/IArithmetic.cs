namespace GpuNet.Kernels;

/// <summary>
/// The arithmetic that formulas need which are written once for kernels and for host code: one float, four in a thread's registers, or the
/// lanes of a register of any width.
/// </summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
internal interface IArithmetic<TSelf>
    where TSelf : unmanaged, IArithmetic<TSelf>
{
    /// <summary>The same value throughout.</summary>
    static abstract TSelf Create(float value);

    /// <summary>a·b + c, fused where the machine can.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>The square root of each.</summary>
    static abstract TSelf Sqrt(TSelf a);

    /// <summary>
    /// Those of <paramref name="yes"/> where a is greater than b, else of <paramref name="no"/>, also where one is not a number. A constant
    /// has to be <paramref name="b"/>: ILGPU 1.5.3 puts constants on the right, and then takes what is not a number for greater.
    /// </summary>
    static abstract TSelf WhereGreater(TSelf a, TSelf b, TSelf yes, TSelf no);

    /// <summary>Sum, one by one.</summary>
    static abstract TSelf operator +(TSelf a, TSelf b);

    /// <summary>Difference, one by one.</summary>
    static abstract TSelf operator -(TSelf a, TSelf b);

    /// <summary>Product, one by one.</summary>
    static abstract TSelf operator *(TSelf a, TSelf b);

    /// <summary>Quotient, one by one.</summary>
    static abstract TSelf operator /(TSelf a, TSelf b);
}
