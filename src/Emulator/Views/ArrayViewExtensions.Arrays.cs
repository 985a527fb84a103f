namespace ILGPU.Runtime;

public static unsafe partial class ArrayViewExtensions
{
    /// <summary>Allocates memory with the elements of an array.</summary>
    public static MemoryBuffer1D<T, Stride1D.Dense> Allocate1D<T>(this Accelerator accelerator, T[] data) where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        ArgumentNullException.ThrowIfNull(data);
        MemoryBuffer1D<T, Stride1D.Dense> buffer = accelerator.Allocate1D<T>(data.Length);
        FromHost(buffer.View.BaseView, data);
        return buffer;
    }

    /// <summary>Allocates memory with the elements of an array.</summary>
    public static MemoryBuffer1D<T, Stride1D.Dense> Allocate1D<T>(this Accelerator accelerator, AcceleratorStream stream, T[] data)
        where T : unmanaged
    {
        Verify(stream);
        return accelerator.Allocate1D(data);
    }

    /// <summary>Fills an array with elements from the start of the view.</summary>
    public static void CopyToCPU<T>(this ArrayView<T> source, T[] data) where T : unmanaged
    {
        ToHost(source, data);
    }

    /// <summary>Copies an array to the start of the view.</summary>
    public static void CopyFromCPU<T>(this ArrayView<T> target, T[] data) where T : unmanaged
    {
        FromHost(target, data);
    }

    /// <summary>All elements as an array.</summary>
    public static T[] GetAsArray<T>(this ArrayView<T> source) where T : unmanaged
    {
        return ToArray(source);
    }

    /// <summary>Fills an array with elements from the start of the view.</summary>
    public static void CopyToCPU<T>(this ArrayView<T> source, AcceleratorStream stream, T[] data) where T : unmanaged
    {
        Verify(stream);
        ToHost(source, data);
    }

    /// <summary>Copies an array to the start of the view.</summary>
    public static void CopyFromCPU<T>(this ArrayView<T> target, AcceleratorStream stream, T[] data) where T : unmanaged
    {
        Verify(stream);
        FromHost(target, data);
    }

    /// <summary>All elements as an array.</summary>
    public static T[] GetAsArray<T>(this ArrayView<T> source, AcceleratorStream stream) where T : unmanaged
    {
        Verify(stream);
        return ToArray(source);
    }

    /// <summary>Fills an array with elements from the start of the view.</summary>
    public static void CopyToCPU<T>(this ArrayView1D<T, Stride1D.Dense> source, T[] data) where T : unmanaged
    {
        ToHost(source.BaseView, data);
    }

    /// <summary>Copies an array to the start of the view.</summary>
    public static void CopyFromCPU<T>(this ArrayView1D<T, Stride1D.Dense> target, T[] data) where T : unmanaged
    {
        FromHost(target.BaseView, data);
    }

    /// <summary>All elements as an array.</summary>
    public static T[] GetAsArray1D<T>(this ArrayView1D<T, Stride1D.Dense> source) where T : unmanaged
    {
        return ToArray(source.BaseView);
    }

    /// <summary>Fills an array with elements from the start of the view.</summary>
    public static void CopyToCPU<T>(this ArrayView1D<T, Stride1D.Dense> source, AcceleratorStream stream, T[] data) where T : unmanaged
    {
        Verify(stream);
        ToHost(source.BaseView, data);
    }

    /// <summary>Copies an array to the start of the view.</summary>
    public static void CopyFromCPU<T>(this ArrayView1D<T, Stride1D.Dense> target, AcceleratorStream stream, T[] data) where T : unmanaged
    {
        Verify(stream);
        FromHost(target.BaseView, data);
    }

    /// <summary>All elements as an array.</summary>
    public static T[] GetAsArray1D<T>(this ArrayView1D<T, Stride1D.Dense> source, AcceleratorStream stream) where T : unmanaged
    {
        Verify(stream);
        return ToArray(source.BaseView);
    }

    /// <summary>Fills an array with elements from the start of the view.</summary>
    public static void CopyToCPU<T>(this MemoryBuffer<ArrayView1D<T, Stride1D.Dense>> source, T[] data) where T : unmanaged
    {
        ToHost(Base(source), data);
    }

    /// <summary>Copies an array to the start of the view.</summary>
    public static void CopyFromCPU<T>(this MemoryBuffer<ArrayView1D<T, Stride1D.Dense>> target, T[] data) where T : unmanaged
    {
        FromHost(Base(target), data);
    }

    /// <summary>All elements as an array.</summary>
    public static T[] GetAsArray1D<T>(this MemoryBuffer<ArrayView1D<T, Stride1D.Dense>> source) where T : unmanaged
    {
        return ToArray(Base(source));
    }

    /// <summary>Fills an array with elements from the start of the view.</summary>
    public static void CopyToCPU<T>(this MemoryBuffer<ArrayView1D<T, Stride1D.Dense>> source, AcceleratorStream stream, T[] data)
        where T : unmanaged
    {
        Verify(stream);
        ToHost(Base(source), data);
    }

    /// <summary>Copies an array to the start of the view.</summary>
    public static void CopyFromCPU<T>(this MemoryBuffer<ArrayView1D<T, Stride1D.Dense>> target, AcceleratorStream stream, T[] data)
        where T : unmanaged
    {
        Verify(stream);
        FromHost(Base(target), data);
    }

    /// <summary>All elements as an array.</summary>
    public static T[] GetAsArray1D<T>(this MemoryBuffer<ArrayView1D<T, Stride1D.Dense>> source, AcceleratorStream stream)
        where T : unmanaged
    {
        Verify(stream);
        return ToArray(Base(source));
    }

    private static T[] ToArray<T>(ArrayView<T> source) where T : unmanaged
    {
        var data = new T[source.Length];
        ToHost(source, data);
        return data;
    }

    private static ArrayView<T> Base<T>(MemoryBuffer<ArrayView1D<T, Stride1D.Dense>> buffer) where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(buffer);
        return buffer.View.BaseView;
    }
}
