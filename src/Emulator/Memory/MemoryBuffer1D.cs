using System.Runtime.CompilerServices;

namespace ILGPU.Runtime;

/// <summary>Memory of an accelerator with one axis.</summary>
/// <typeparam name="T">The element.</typeparam>
/// <typeparam name="TStride">The distance of elements; only <see cref="Stride1D.Dense"/> here.</typeparam>
public sealed class MemoryBuffer1D<T, TStride> : MemoryBuffer<ArrayView1D<T, TStride>>, IContiguousArrayView<T>
    where T : unmanaged
    where TStride : struct, IStride1D
{
    internal MemoryBuffer1D(Accelerator accelerator, long length)
        : base(accelerator, length, Unsafe.SizeOf<T>(), block => new ArrayView1D<T, TStride>(new ArrayView<T>(block, 0, length)))
    {
    }

    /// <summary>The number of elements.</summary>
    public LongIndex1D Extent => Length;

    /// <summary>The number of elements in 32 bits.</summary>
    public Index1D IntExtent => Extent.ToIntIndex();

    /// <inheritdoc />
    ArrayView<T> IContiguousArrayView<T>.BaseView => View.BaseView;

    /// <summary>All elements.</summary>
    public ArrayView<T> AsContiguous() => View.BaseView;

    /// <summary>All elements.</summary>
    public static explicit operator ArrayView<T>(MemoryBuffer1D<T, TStride> buffer) =>
        buffer is null ? throw new ArgumentNullException(nameof(buffer)) : buffer.View.BaseView;
}
