using ILGPU.Runtime;

namespace ILGPU;

/// <summary>Memory that the threads of a group have in common. Nothing defines its contents before a thread writes them.</summary>
public static class SharedMemory
{
    /// <summary>Elements that are the same for every thread of the group at its same call.</summary>
    /// <typeparam name="T">The element.</typeparam>
    /// <param name="extent">The number of elements; on a device it has to be a constant.</param>
    public static ArrayView<T> Allocate<T>(int extent) where T : unmanaged
    {
        Lane lane = Lane.Current;
        return lane.Group.AllocateShared<T>(lane, extent);
    }

    /// <summary>The same, with an axis.</summary>
    /// <typeparam name="T">The element.</typeparam>
    /// <param name="extent">The number of elements; on a device it has to be a constant.</param>
    public static ArrayView1D<T, Stride1D.Dense> Allocate1D<T>(Index1D extent) where T : unmanaged => Allocate<T>(extent.X);

    /// <summary>The memory that the launch's configuration asked for.</summary>
    /// <typeparam name="T">The element.</typeparam>
    public static ArrayView<T> GetDynamic<T>() where T : unmanaged => Lane.Current.Group.DynamicShared<T>();
}
