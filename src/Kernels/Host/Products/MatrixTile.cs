using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace GpuNet.Kernels.Host;

/// <summary>What one register tile computes: C[i, j] = Start[i, j] + Σ_d A[i, d] · B[d, j], clamped if asked for.</summary>
internal unsafe struct TileOperands
{
    /// <summary>First element of A; its distance from row to row, and from one d to the next.</summary>
    public float* A;
    public nint RowA, StepA;

    /// <summary>First row of B, and the distance between rows.</summary>
    public float* B;
    public nint StepB;

    /// <summary>Terms of the sum.</summary>
    public nint Depth;

    /// <summary>What the sum starts from; a row distance of 0 gives every row the same start, such as a bias.</summary>
    public float* Start;
    public nint RowStart;

    /// <summary>First element of C, and its distance from row to row.</summary>
    public float* C;
    public nint RowC;

    /// <summary>Columns of C to write, at most as many as the tile has.</summary>
    public int Columns;

    /// <summary>Whether C is moved into [0, High] at the end.</summary>
    public bool Clamps;
    public float High;

    /// <summary>
    /// Memory that will be read next, fetched into the second-level cache bit by bit, and the bit's size: 0 for nothing.
    /// </summary>
    public float* Next;
    public nint StepNext;
}

/// <summary>
/// The inner loop of the convolutions' products on the host: a tile of C that stays in registers while A and B stream past. With 14 rows of two
/// 16-lane registers it takes 16 loads for 28 multiply-adds. One source serves all tiles: height and row are type arguments, and the
/// compiler drops the rows a tile does not have.
/// </summary>
internal static unsafe class MatrixTile
{
    // Accumulators are named locals, because only those are kept in registers. The method is compiled fully at once, since a loop
    // entered in the first tier would run there for a whole layer.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<TRow, THeight>(TileOperands* o)
        where TRow : unmanaged, ITileRow<TRow>
        where THeight : struct, ITileHeight
    {
        Unsafe.SkipInit(out TRow c0);
        Unsafe.SkipInit(out TRow c1);
        Unsafe.SkipInit(out TRow c2);
        Unsafe.SkipInit(out TRow c3);
        Unsafe.SkipInit(out TRow c4);
        Unsafe.SkipInit(out TRow c5);
        Unsafe.SkipInit(out TRow c6);
        Unsafe.SkipInit(out TRow c7);
        Unsafe.SkipInit(out TRow c8);
        Unsafe.SkipInit(out TRow c9);
        Unsafe.SkipInit(out TRow c10);
        Unsafe.SkipInit(out TRow c11);
        Unsafe.SkipInit(out TRow c12);
        Unsafe.SkipInit(out TRow c13);
        float* start = o->Start;
        nint row = o->RowStart;
        int columns = o->Columns;
        if (columns == TRow.Count || row == 0)
        {
            c0 = TRow.Load(start + (0 * row));
            if (THeight.Rows > 1) c1 = TRow.Load(start + (1 * row));
            if (THeight.Rows > 2) c2 = TRow.Load(start + (2 * row));
            if (THeight.Rows > 3) c3 = TRow.Load(start + (3 * row));
            if (THeight.Rows > 4) c4 = TRow.Load(start + (4 * row));
            if (THeight.Rows > 5) c5 = TRow.Load(start + (5 * row));
            if (THeight.Rows > 6) c6 = TRow.Load(start + (6 * row));
            if (THeight.Rows > 7) c7 = TRow.Load(start + (7 * row));
            if (THeight.Rows > 8) c8 = TRow.Load(start + (8 * row));
            if (THeight.Rows > 9) c9 = TRow.Load(start + (9 * row));
            if (THeight.Rows > 10) c10 = TRow.Load(start + (10 * row));
            if (THeight.Rows > 11) c11 = TRow.Load(start + (11 * row));
            if (THeight.Rows > 12) c12 = TRow.Load(start + (12 * row));
            if (THeight.Rows > 13) c13 = TRow.Load(start + (13 * row));
        }
        else
        {
            c0 = TRow.LoadFirst(start + (0 * row), columns);
            if (THeight.Rows > 1) c1 = TRow.LoadFirst(start + (1 * row), columns);
            if (THeight.Rows > 2) c2 = TRow.LoadFirst(start + (2 * row), columns);
            if (THeight.Rows > 3) c3 = TRow.LoadFirst(start + (3 * row), columns);
            if (THeight.Rows > 4) c4 = TRow.LoadFirst(start + (4 * row), columns);
            if (THeight.Rows > 5) c5 = TRow.LoadFirst(start + (5 * row), columns);
            if (THeight.Rows > 6) c6 = TRow.LoadFirst(start + (6 * row), columns);
            if (THeight.Rows > 7) c7 = TRow.LoadFirst(start + (7 * row), columns);
            if (THeight.Rows > 8) c8 = TRow.LoadFirst(start + (8 * row), columns);
            if (THeight.Rows > 9) c9 = TRow.LoadFirst(start + (9 * row), columns);
            if (THeight.Rows > 10) c10 = TRow.LoadFirst(start + (10 * row), columns);
            if (THeight.Rows > 11) c11 = TRow.LoadFirst(start + (11 * row), columns);
            if (THeight.Rows > 12) c12 = TRow.LoadFirst(start + (12 * row), columns);
            if (THeight.Rows > 13) c13 = TRow.LoadFirst(start + (13 * row), columns);
        }

        // Four rows share a base pointer: their distances 0, 1, 2 and 3 rows fit the machine's address forms.
        nint rowA = o->RowA, rowA3 = 3 * rowA, stepA = o->StepA, stepB = o->StepB;
        float* a = o->A, a4 = a + (4 * rowA), a8 = a + (8 * rowA), a12 = a + (12 * rowA), b = o->B, next = o->Next;
        nint stepNext = o->StepNext;
        for (nint depth = o->Depth; depth > 0; depth--)
        {
            TRow x = TRow.Load(b);
            b += stepB;
            if (Sse.IsSupported)
            {
                Sse.Prefetch1(next);
                next += stepNext;
            }
            c0 = TRow.MultiplyAdd(a, x, c0);
            if (THeight.Rows > 1) c1 = TRow.MultiplyAdd(a + rowA, x, c1);
            if (THeight.Rows > 2) c2 = TRow.MultiplyAdd(a + (2 * rowA), x, c2);
            if (THeight.Rows > 3) c3 = TRow.MultiplyAdd(a + rowA3, x, c3);
            if (THeight.Rows > 4) c4 = TRow.MultiplyAdd(a4, x, c4);
            if (THeight.Rows > 5) c5 = TRow.MultiplyAdd(a4 + rowA, x, c5);
            if (THeight.Rows > 6) c6 = TRow.MultiplyAdd(a4 + (2 * rowA), x, c6);
            if (THeight.Rows > 7) c7 = TRow.MultiplyAdd(a4 + rowA3, x, c7);
            if (THeight.Rows > 8) c8 = TRow.MultiplyAdd(a8, x, c8);
            if (THeight.Rows > 9) c9 = TRow.MultiplyAdd(a8 + rowA, x, c9);
            if (THeight.Rows > 10) c10 = TRow.MultiplyAdd(a8 + (2 * rowA), x, c10);
            if (THeight.Rows > 11) c11 = TRow.MultiplyAdd(a8 + rowA3, x, c11);
            if (THeight.Rows > 12) c12 = TRow.MultiplyAdd(a12, x, c12);
            if (THeight.Rows > 13) c13 = TRow.MultiplyAdd(a12 + rowA, x, c13);
            a += stepA;
            if (THeight.Rows > 4) a4 += stepA;
            if (THeight.Rows > 8) a8 += stepA;
            if (THeight.Rows > 12) a12 += stepA;
        }

        if (o->Clamps)
        {
            float low = 0f, high = o->High;
            c0 = TRow.Clamp(c0, low, high);
            if (THeight.Rows > 1) c1 = TRow.Clamp(c1, low, high);
            if (THeight.Rows > 2) c2 = TRow.Clamp(c2, low, high);
            if (THeight.Rows > 3) c3 = TRow.Clamp(c3, low, high);
            if (THeight.Rows > 4) c4 = TRow.Clamp(c4, low, high);
            if (THeight.Rows > 5) c5 = TRow.Clamp(c5, low, high);
            if (THeight.Rows > 6) c6 = TRow.Clamp(c6, low, high);
            if (THeight.Rows > 7) c7 = TRow.Clamp(c7, low, high);
            if (THeight.Rows > 8) c8 = TRow.Clamp(c8, low, high);
            if (THeight.Rows > 9) c9 = TRow.Clamp(c9, low, high);
            if (THeight.Rows > 10) c10 = TRow.Clamp(c10, low, high);
            if (THeight.Rows > 11) c11 = TRow.Clamp(c11, low, high);
            if (THeight.Rows > 12) c12 = TRow.Clamp(c12, low, high);
            if (THeight.Rows > 13) c13 = TRow.Clamp(c13, low, high);
        }

        float* to = o->C;
        row = o->RowC;
        if (columns == TRow.Count)
        {
            TRow.Store(c0, to + (0 * row));
            if (THeight.Rows > 1) TRow.Store(c1, to + (1 * row));
            if (THeight.Rows > 2) TRow.Store(c2, to + (2 * row));
            if (THeight.Rows > 3) TRow.Store(c3, to + (3 * row));
            if (THeight.Rows > 4) TRow.Store(c4, to + (4 * row));
            if (THeight.Rows > 5) TRow.Store(c5, to + (5 * row));
            if (THeight.Rows > 6) TRow.Store(c6, to + (6 * row));
            if (THeight.Rows > 7) TRow.Store(c7, to + (7 * row));
            if (THeight.Rows > 8) TRow.Store(c8, to + (8 * row));
            if (THeight.Rows > 9) TRow.Store(c9, to + (9 * row));
            if (THeight.Rows > 10) TRow.Store(c10, to + (10 * row));
            if (THeight.Rows > 11) TRow.Store(c11, to + (11 * row));
            if (THeight.Rows > 12) TRow.Store(c12, to + (12 * row));
            if (THeight.Rows > 13) TRow.Store(c13, to + (13 * row));
        }
        else
        {
            TRow.StoreFirst(c0, to + (0 * row), columns);
            if (THeight.Rows > 1) TRow.StoreFirst(c1, to + (1 * row), columns);
            if (THeight.Rows > 2) TRow.StoreFirst(c2, to + (2 * row), columns);
            if (THeight.Rows > 3) TRow.StoreFirst(c3, to + (3 * row), columns);
            if (THeight.Rows > 4) TRow.StoreFirst(c4, to + (4 * row), columns);
            if (THeight.Rows > 5) TRow.StoreFirst(c5, to + (5 * row), columns);
            if (THeight.Rows > 6) TRow.StoreFirst(c6, to + (6 * row), columns);
            if (THeight.Rows > 7) TRow.StoreFirst(c7, to + (7 * row), columns);
            if (THeight.Rows > 8) TRow.StoreFirst(c8, to + (8 * row), columns);
            if (THeight.Rows > 9) TRow.StoreFirst(c9, to + (9 * row), columns);
            if (THeight.Rows > 10) TRow.StoreFirst(c10, to + (10 * row), columns);
            if (THeight.Rows > 11) TRow.StoreFirst(c11, to + (11 * row), columns);
            if (THeight.Rows > 12) TRow.StoreFirst(c12, to + (12 * row), columns);
            if (THeight.Rows > 13) TRow.StoreFirst(c13, to + (13 * row), columns);
        }
    }
}

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
