namespace GpuNet;

/// <summary>
/// Places buffers with known lifetimes in one block: largest first, each at the lowest offset where it overlaps no buffer that lives
/// at the same time (greedy by size; Pisarchyk and Lee 2020, arXiv:2001.03288).
/// </summary>
internal sealed class MemoryLayout
{
    private readonly List<Buffer> buffers = [];
    private long[]? offsets;

    /// <summary>Size of the block in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Adds a buffer.</summary>
    /// <param name="bytes">Size; rounded up to a tensor boundary.</param>
    /// <param name="first">First step in which it is used.</param>
    /// <param name="last">Last step in which it is used.</param>
    /// <returns>Its number, for <see cref="Offset"/>.</returns>
    public int Add(long bytes, int first, int last)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(last, first);
        buffers.Add(new Buffer(buffers.Count, Arena.Align(bytes), first, last));
        offsets = null;
        return buffers.Count - 1;
    }

    /// <summary>Where a buffer starts, in bytes.</summary>
    public long Offset(int buffer) => (offsets ??= Place())[buffer];

    /// <summary>Finds a place for every buffer.</summary>
    public void Plan() => offsets ??= Place();

    private long[] Place()
    {
        var result = new long[buffers.Count];
        var placed = new List<Buffer>();
        Bytes = 0;
        foreach (Buffer buffer in buffers.OrderByDescending(b => b.Bytes).ThenBy(b => b.Index))
        {
            long offset = 0;
            foreach (Buffer other in placed.Where(o => o.First <= buffer.Last && buffer.First <= o.Last).OrderBy(o => result[o.Index]))
            {
                if (result[other.Index] >= offset + buffer.Bytes)
                    break;
                offset = Math.Max(offset, result[other.Index] + other.Bytes);
            }
            result[buffer.Index] = offset;
            placed.Add(buffer);
            Bytes = Math.Max(Bytes, offset + buffer.Bytes);
        }
        return result;
    }

    private readonly record struct Buffer(int Index, long Bytes, int First, int Last);
}
