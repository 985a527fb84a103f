using System.Numerics;

namespace GpuNet.Kernels;

/// <summary>How the threads of a group are laid over channel blocks, tiles and rows: a power of two of each.</summary>
/// <param name="LaneBits">Binary logarithm of the channel blocks.</param>
/// <param name="TileBits">Binary logarithm of the tiles.</param>
/// <param name="RowBits">Binary logarithm of the rows.</param>
internal readonly record struct RowTileGroup(int LaneBits, int TileBits, int RowBits)
{
    // A warp that reads 32 neighbouring blocks of four channels takes whole lines of memory.
    private const int MaxLaneBits = 5;

    /// <summary>Threads of the group.</summary>
    public int Size => 1 << (LaneBits + TileBits + RowBits);

    /// <summary>
    /// Lays out up to a number of threads: as many channel blocks as waste little, then tiles, then rows. Idle threads cost little next
    /// to memory, so that one in eight may be.
    /// </summary>
    /// <param name="threads">Threads at most.</param>
    /// <param name="blocks">Channel blocks there are.</param>
    /// <param name="tiles">Tiles of a row.</param>
    /// <param name="rows">Rows.</param>
    public static RowTileGroup Over(int threads, int blocks, int tiles, int rows)
    {
        int bits = BitOperations.Log2((uint)threads);
        int lane = Widest(Math.Min(bits, MaxLaneBits), blocks);
        int tile = Widest(bits - lane, tiles);
        return new RowTileGroup(lane, tile, Widest(bits - lane - tile, rows));
    }

    // The largest power of two whose multiples reach the count with at most an eighth to spare.
    private static int Widest(int bits, int count)
    {
        while (bits > 0 && RoundUp(count, 1 << bits) * 8 > count * 9)
            bits--;
        return bits;
    }

    private static int RoundUp(int count, int to) => (count + to - 1) / to * to;
}
