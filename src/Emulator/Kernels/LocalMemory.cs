using ILGPU.Runtime;

namespace ILGPU;

/// <summary>Memory of one thread. Nothing defines its contents before the thread writes them.</summary>
public static class LocalMemory
{
    /// <summary>Elements of this thread.</summary>
    /// <typeparam name="T">The element.</typeparam>
    /// <param name="extent">The number of elements; on a device it has to be a constant.</param>
    public static ArrayView<T> Allocate<T>(int extent) where T : unmanaged
    {
        Lane lane = Lane.Current;
        return lane.Group.AllocateLocal<T>(lane, extent);
    }

    /// <summary>The same, with an axis.</summary>
    /// <typeparam name="T">The element.</typeparam>
    /// <param name="extent">The number of elements; on a device it has to be a constant.</param>
    public static ArrayView1D<T, Stride1D.Dense> Allocate1D<T>(Index1D extent) where T : unmanaged => Allocate<T>(extent.X);
}
