namespace GpuNet.Kernels;

/// <summary>
/// Pieces of scratch memory, one for each thread, that parts of a region take and give back. What a piece holds never matters to a
/// result, so it does not matter either which part gets which; few pieces used over and over stay in the caches of their cores.
/// </summary>
internal sealed class ScratchPool
{
    private readonly int[] taken;

    /// <summary>Makes room for as many parts as run at the same time.</summary>
    public ScratchPool(Workers workers) => taken = new int[workers.Count];

    /// <summary>Pieces.</summary>
    public int Count => taken.Length;

    /// <summary>Takes a piece; a thread gets the one it had before, if that is free.</summary>
    public int Take()
    {
        for (int i = Environment.CurrentManagedThreadId; ; i++)
        {
            int piece = (int)((uint)i % (uint)taken.Length);
            if (Volatile.Read(ref taken[piece]) == 0 && Interlocked.CompareExchange(ref taken[piece], 1, 0) == 0)
                return piece;
        }
    }

    /// <summary>Gives a piece back.</summary>
    public void Return(int piece) => Volatile.Write(ref taken[piece], 0);
}
