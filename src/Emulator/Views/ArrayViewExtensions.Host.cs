using System.Runtime.InteropServices;

namespace ILGPU.Runtime;

public static unsafe partial class ArrayViewExtensions
{
    /// <summary>Copies elements from the start of the view to the host.</summary>
    public static void CopyToCPU<T, TView>(this TView source, ref T cpuData, long length)
        where T : unmanaged where TView : IContiguousArrayView<T> =>
        ToHost(source.BaseView, MemoryMarshal.CreateSpan(ref cpuData, checked((int)length)));

    /// <summary>Copies elements from the start of the view to the host.</summary>
    public static void CopyToCPU<T, TView>(this TView source, AcceleratorStream stream, ref T cpuData, long length)
        where T : unmanaged where TView : IContiguousArrayView<T>
    {
        Verify(stream);
        source.CopyToCPU(ref cpuData, length);
    }

    /// <summary>Copies elements from the start of the view until the span is full.</summary>
    public static void CopyToCPU<T, TView>(this TView source, in Span<T> cpuData)
        where T : unmanaged where TView : IContiguousArrayView<T> => ToHost(source.BaseView, cpuData);

    /// <summary>Copies elements from the start of the view until the span is full.</summary>
    public static void CopyToCPU<T, TView>(this TView source, AcceleratorStream stream, in Span<T> cpuData)
        where T : unmanaged where TView : IContiguousArrayView<T>
    {
        Verify(stream);
        ToHost(source.BaseView, cpuData);
    }

    /// <summary>Copies elements from the host to the start of the view.</summary>
    public static void CopyFromCPU<T, TView>(this TView target, ref T cpuData, long length)
        where T : unmanaged where TView : IContiguousArrayView<T> =>
        FromHost(target.BaseView, MemoryMarshal.CreateReadOnlySpan(ref cpuData, checked((int)length)));

    /// <summary>Copies elements from the host to the start of the view.</summary>
    public static void CopyFromCPU<T, TView>(this TView target, AcceleratorStream stream, ref T cpuData, long length)
        where T : unmanaged where TView : IContiguousArrayView<T>
    {
        Verify(stream);
        target.CopyFromCPU(ref cpuData, length);
    }

    /// <summary>Copies a span to the start of the view.</summary>
    public static void CopyFromCPU<T, TView>(this TView target, in ReadOnlySpan<T> cpuData)
        where T : unmanaged where TView : IContiguousArrayView<T> => FromHost(target.BaseView, cpuData);

    /// <summary>Copies a span to the start of the view.</summary>
    public static void CopyFromCPU<T, TView>(this TView target, AcceleratorStream stream, in ReadOnlySpan<T> cpuData)
        where T : unmanaged where TView : IContiguousArrayView<T>
    {
        Verify(stream);
        FromHost(target.BaseView, cpuData);
    }

    /// <summary>As <c>CopyToCPU</c>: complete at once.</summary>
    public static void CopyToCPUUnsafeAsync<T, TView>(this TView source, AcceleratorStream stream, ref T cpuData, long length)
        where T : unmanaged where TView : IContiguousArrayView<T> => source.CopyToCPU(stream, ref cpuData, length);

    /// <summary>As <c>CopyFromCPU</c>: complete at once.</summary>
    public static void CopyFromCPUUnsafeAsync<T, TView>(this TView target, AcceleratorStream stream, ref T cpuData, long length)
        where T : unmanaged where TView : IContiguousArrayView<T> => target.CopyFromCPU(stream, ref cpuData, length);

    private static void ToHost<T>(ArrayView<T> source, Span<T> target) where T : unmanaged
    {
        if (target.Length > source.Length)
            throw new ArgumentOutOfRangeException(nameof(target), $"{target.Length} elements were asked of a view of {source.Length}");
        new ReadOnlySpan<T>(source.Address(writes: false), target.Length).CopyTo(target);
        source.KeepAlive();
    }

    private static void FromHost<T>(ArrayView<T> target, ReadOnlySpan<T> source) where T : unmanaged
    {
        if (source.Length > target.Length)
            throw new ArgumentOutOfRangeException(nameof(source), $"{source.Length} elements do not fit a view of {target.Length}");
        ArrayView<T> range = target.SubView(0L, source.Length);
        source.CopyTo(new Span<T>(range.Address(writes: true), source.Length));
        target.KeepAlive();
    }
}
