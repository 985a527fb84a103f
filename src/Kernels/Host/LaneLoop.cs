using System.Runtime.CompilerServices;

namespace GpuNet.Kernels.Host;

/// <summary>
/// What a loop does with the elements from one on, as many as a register has. An implementation is a struct of pointers and numbers:
/// the loop is compiled for each, with the formula in it and its fields in registers.
/// </summary>
internal interface ILaneBody
{
    /// <summary>Does it.</summary>
    /// <param name="i">The first of the elements.</param>
    void Run<T>(nint i)
        where T : unmanaged, ILanes<T>;
}

/// <summary>The loop over contiguous elements: whole registers, then the rest one by one.</summary>
internal static class LaneLoop
{
    /// <summary>Runs a body over the elements from 0 to <paramref name="count"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<TLanes, TBody>(TBody body, nint count)
        where TLanes : unmanaged, ILanes<TLanes>
        where TBody : struct, ILaneBody
    {
        nint i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
            body.Run<TLanes>(i);
        for (; i < count; i++)
            body.Run<Lanes1>(i);
    }
}

/// <summary>What several bodies end with.</summary>
internal static unsafe class LaneStore
{
    /// <summary>Writes a value, or adds it to what is there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SetOrAdd<T>(T value, float* target, bool adds)
        where T : unmanaged, ILanes<T> => T.Store(adds ? T.Load(target) + value : value, target);
}
