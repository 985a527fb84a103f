using System.Runtime.InteropServices;

namespace ILGPU.Runtime;

/// <summary>Memory that is given out piece by piece and taken back all at once.</summary>
/// <param name="chunkBytes">The memory that is asked for at a time.</param>
internal sealed unsafe class Scratch(int chunkBytes)
{
    // Like a group's shared memory on a GPU: good for every vector load.
    private const int Alignment = 256;

    private readonly List<(nint Start, int Bytes)> chunks = [];
    private int chunk;
    private int used;

    ~Scratch()
    {
        foreach ((nint start, _) in chunks)
            NativeMemory.AlignedFree((void*)start);
    }

    /// <summary>Takes everything back.</summary>
    internal void Reset() => chunk = used = 0;

    /// <summary>Gives out memory of undefined contents.</summary>
    internal byte* Allocate(int bytes)
    {
        int rounded = checked(bytes + 15) & ~15;
        while (chunk < chunks.Count && used + (long)rounded > chunks[chunk].Bytes)
            (chunk, used) = (chunk + 1, 0);
        if (chunk == chunks.Count)
        {
            int size = Math.Max(rounded, chunkBytes);
            chunks.Add(((nint)NativeMemory.AlignedAlloc((nuint)size, Alignment), size));
            used = 0;
        }
        byte* start = (byte*)chunks[chunk].Start + used;
        used += rounded;
        return start;
    }
}
