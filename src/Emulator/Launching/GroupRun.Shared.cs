using System.Runtime.CompilerServices;

namespace ILGPU.Runtime;

/// <summary>The group's shared memory.</summary>
internal sealed unsafe partial class GroupRun
{
    private readonly Scratch shared = new(48 * 1024);
    private readonly List<(nint Start, int Bytes, MemoryBlock? Block)> allocations = [];
    private (nint Start, MemoryBlock? Block)? dynamicAllocation;
    private int sharedBytes;

    /// <summary>The memory of a lane's next allocation, which is that of the other lanes at the same place.</summary>
    internal ArrayView<T> AllocateShared<T>(Lane lane, int length) where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        int bytes = checked(length * Unsafe.SizeOf<T>());
        int index = lane.SharedAllocations++;
        if (index == allocations.Count)
        {
            (nint start, MemoryBlock? block) = Take(bytes, "shared");
            allocations.Add((start, bytes, block));
        }
        else if (allocations[index].Bytes != bytes)
        {
            throw new InvalidOperationException(
                $"{lane.Describe()}: shared allocation {index} has {bytes} bytes here and {allocations[index].Bytes} in another lane");
        }
        return View<T>(allocations[index].Start, allocations[index].Block, length);
    }

    /// <summary>The memory that the launch asked for.</summary>
    internal ArrayView<T> DynamicShared<T>() where T : unmanaged
    {
        int bytes = launch.Config.SharedMemoryConfig.ArraySize;
        dynamicAllocation ??= Take(bytes, "dynamic shared");
        return View<T>(dynamicAllocation.Value.Start, dynamicAllocation.Value.Block, bytes / Unsafe.SizeOf<T>());
    }

    /// <summary>Memory of one lane.</summary>
    internal ArrayView<T> AllocateLocal<T>(Lane lane, int length) where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        int bytes = checked(length * Unsafe.SizeOf<T>());
        byte* start = lane.Local.Allocate(bytes);
        return View<T>((nint)start, IsChecked ? new MemoryBlock(start, bytes, "local") : null, length);
    }

    private static ArrayView<T> View<T>(nint start, MemoryBlock? block, int length) where T : unmanaged =>
        block == null ? new ArrayView<T>((byte*)start, length) : new ArrayView<T>(block, 0, length);

    private (nint Start, MemoryBlock? Block) Take(int bytes, string name)
    {
        sharedBytes += bytes;
        if (sharedBytes > launch.Accelerator.MaxSharedMemoryPerGroup)
        {
            throw new NotSupportedException($"kernel '{KernelName}' uses {sharedBytes} bytes of shared memory, "
                + $"the device has {launch.Accelerator.MaxSharedMemoryPerGroup}");
        }
        byte* start = shared.Allocate(bytes);
        return ((nint)start, IsChecked ? new MemoryBlock(start, bytes, name) : null);
    }

    private void ResetShared()
    {
        if (sharedBytes == 0 && allocations.Count == 0)
            return;
        allocations.Clear();
        dynamicAllocation = null;
        sharedBytes = 0;
        shared.Reset();
    }
}
