using System.Runtime.CompilerServices;

namespace ILGPU.Runtime;

/// <summary>
/// Prepares kernels. The delegates that come back run a launch to its end before they return, and throw what a thread of the kernel
/// threw: a <see cref="GpuNet.Emulation.KernelFaultException"/> for a broken rule, with kernel, group and lane in its message.
/// </summary>
public static partial class KernelLoaders
{
    private static KernelLauncher<TArguments> Explicit<TArguments>(
        Accelerator accelerator, Delegate action, KernelSpecialization specialization, LaneLoop<TArguments> loop) where TArguments : struct
    {
        ArgumentNullException.ThrowIfNull(action);
        return new KernelLauncher<TArguments>(accelerator, action.Method, 0, specialization, loop);
    }

    private static KernelLauncher<TArguments> Implicit<TArguments>(
        Accelerator accelerator, Delegate action, LaneLoop<TArguments> loop) where TArguments : struct
    {
        ArgumentNullException.ThrowIfNull(action);
        return new KernelLauncher<TArguments>(accelerator, action.Method, 1, default, loop);
    }

    /// <summary>A group of one thread for each element: a kernel that knows no groups can tell no difference.</summary>
    private static KernelConfig Config<TIndex>(TIndex extent) where TIndex : unmanaged, IIndex
    {
        Index3D groups = extent switch
        {
            Index1D e => new Index3D(e.X, 1, 1),
            LongIndex1D e => new Index3D(e.ToIntIndex().X, 1, 1),
            Index2D e => new Index3D(e, 1),
            Index3D e => e,
            _ => throw new NotSupportedException($"{typeof(TIndex).Name} is no index of a kernel"),
        };
        return new KernelConfig(groups, Index3D.One);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TIndex Index<TIndex>(Lane lane) where TIndex : unmanaged, IIndex
    {
        Index3D place = lane.Group.GridIdx;
        if (typeof(TIndex) == typeof(Index1D))
            return (TIndex)(object)new Index1D(place.X);
        if (typeof(TIndex) == typeof(LongIndex1D))
            return (TIndex)(object)new LongIndex1D(place.X);
        if (typeof(TIndex) == typeof(Index2D))
            return (TIndex)(object)place.XY;
        return (TIndex)(object)place;
    }
}
