namespace GpuNet.Kernels.Host;

/// <summary>Covers the rows of a block with register tiles.</summary>
internal static unsafe class TileRun
{
    /// <summary>
    /// Terms of a sum that are added at a time: 56 rows of so many and a panel two registers wide share a first-level cache of 48 KiB,
    /// and C is read and written once for many multiply-adds.
    /// </summary>
    public const int BlockDepth = 128;

    /// <summary>Runs as few tiles as cover the rows, as even in height as they come.</summary>
    /// <param name="first">Operands of the first tile.</param>
    /// <param name="rows">Rows to cover.</param>
    /// <param name="width">Registers of a row.</param>
    public static void Multiply<TLanes>(in TileOperands first, int rows, int width)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        TileOperands tile = first;
        int maxHeight = TileTable<TLanes>.MaxHeight(width);
        for (int left = (rows + maxHeight - 1) / maxHeight; left > 0; left--)
        {
            int height = (rows + left - 1) / left;
            TileTable<TLanes>.Get(width, height)(&tile);
            tile.A += height * tile.RowA;
            tile.C += height * tile.RowC;
            tile.Start += height * tile.RowStart;
            tile.Next += tile.Depth * tile.StepNext;
            rows -= height;
        }
    }
}
