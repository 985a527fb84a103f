using ILGPU;

namespace GpuNet.Kernels;

/// <summary>Matrix products on tf32 matrix units: the operands are rounded to 10 bits of mantissa, the sums are float32.</summary>
internal static class MatrixUnitKernels
{
    // A group owns a tile of y, a warp 32 x 32 of it. The matrices pass through shared memory in steps of depth 16, read as vectors along
    // whatever is contiguous; while one step is multiplied the next one is on its way, in registers, where it is rounded.
    [HotKernel(VectorLoads = true, MatrixUnits = true)]
    public static void Forward<TTile, TAccess, TEpilogue>(
        View x, View weight, View bias, View residual, View y, MatrixUnitGeometry g, EpilogueGeometry e)
        where TTile : unmanaged, IMatrixTile
        where TAccess : unmanaged, IVectorAccess
        where TEpilogue : unmanaged, IEpilogue
    {
        ArrayView<Float4> tile = SharedMemory.Allocate<Float4>(TTile.SharedVectors);
        int rowTile = Grid.IdxX / g.ColumnTiles;
        int row = rowTile * 32 * TTile.WarpRows, column = (Grid.IdxX - (rowTile * g.ColumnTiles)) * 32 * TTile.WarpColumns;
        Sum<TTile, DepthRows, OuterRows, TAccess>(x, weight, row, column, 0, g.Depth, g);
        for (int i = Group.IdxX; i < 32 * TTile.WarpRows << TTile.ColumnShift; i += Group.DimX)
        {
            int r = row + (i >> TTile.ColumnShift), v = i & ((1 << TTile.ColumnShift) - 1), k = column + (4 * v);
            int count = r < g.Rows ? g.Columns - k : 0;
            Float4 value = tile[((i >> TTile.ColumnShift) * (TensorFloatUnits.SumPitch / 16)) + v];
            if (e.HasBias != 0)
                value += TAccess.Load(bias, k, count);
            Epilogues.Store<TEpilogue, Float4>(value, residual, y, r, k, count, e);
        }
    }

    // As Forward, without an epilogue; planes of the grid share depth among them, and each leaves its sums in a matrix of its own, one
    // behind the other.
    [HotKernel(VectorLoads = true, MatrixUnits = true)]
    public static void Product<TTile, TLeft, TRight, TAccess>(View left, View right, View result, MatrixUnitGeometry g)
        where TTile : unmanaged, IMatrixTile
        where TLeft : unmanaged, IMatrixLayout
        where TRight : unmanaged, IMatrixLayout
        where TAccess : unmanaged, IVectorAccess
    {
        ArrayView<Float4> tile = SharedMemory.Allocate<Float4>(TTile.SharedVectors);
        int rowTile = Grid.IdxX / g.ColumnTiles;
        int row = rowTile * 32 * TTile.WarpRows, column = (Grid.IdxX - (rowTile * g.ColumnTiles)) * 32 * TTile.WarpColumns;
        int depth = Grid.IdxY * g.PlaneDepth;
        int depthEnd = depth + g.PlaneDepth < g.Depth ? depth + g.PlaneDepth : g.Depth;
        Sum<TTile, TLeft, TRight, TAccess>(left, right, row, column, depth, depthEnd, g);
        int plane = Grid.IdxY * g.Rows * g.Columns;
        for (int i = Group.IdxX; i < 32 * TTile.WarpRows << TTile.ColumnShift; i += Group.DimX)
        {
            int r = row + (i >> TTile.ColumnShift), v = i & ((1 << TTile.ColumnShift) - 1), k = column + (4 * v);
            int count = r < g.Rows ? g.Columns - k : 0, at = plane + (r * g.Columns) + k;
            Float4 value = tile[((i >> TTile.ColumnShift) * (TensorFloatUnits.SumPitch / 16)) + v];
            if (g.Adds != 0)
                value += TAccess.Load(result, at, count);
            TAccess.Store(result, at, value, count);
        }
    }

    // Leaves the sums of the group's tile in shared memory.
    private static void Sum<TTile, TLeft, TRight, TAccess>(
        View left, View right, int row, int column, int depth, int depthEnd, MatrixUnitGeometry g)
        where TTile : unmanaged, IMatrixTile
        where TLeft : unmanaged, IMatrixLayout
        where TRight : unmanaged, IMatrixLayout
        where TAccess : unmanaged, IVectorAccess
    {
        TensorFloatUnits.Begin();
        int warp = Group.IdxX >> 5, lane = Group.IdxX & 31;
        int warpColumn = TTile.WarpColumns == 2 ? 32 * (warp & 1) : 0, warpRow = TTile.WarpColumns == 2 ? 32 * (warp >> 1) : 32 * warp;
        int leftPlace = TLeft.LanePlace(lane, warpRow, TLeft.LeftPitch);
        int rightPlace = TensorFloatUnits.RightPlace + TRight.LanePlace(lane, warpColumn, TRight.RightPitch);
        Step<TTile> next = Step<TTile>.Load<TLeft, TRight, TAccess>(left, right, row, column, depth, depthEnd, g);
        Step<TTile>.Put<TLeft, TRight>(next, 0);
        Group.Barrier();
        int buffer = 0;
        for (int k = depth; k < depthEnd; k += TensorFloatUnits.Depth)
        {
            // Past the end zeros are read, from nowhere, and put where nobody reads them.
            next = Step<TTile>.Load<TLeft, TRight, TAccess>(left, right, row, column, k + TensorFloatUnits.Depth, depthEnd, g);
            int place = buffer * TensorFloatUnits.BufferBytes;
            TLeft.LoadLeft(leftPlace + place);
            TRight.LoadRight(rightPlace + place);
            TensorFloatUnits.Multiply();
            TLeft.LoadLeft(leftPlace + place + TLeft.LeftStep);
            TRight.LoadRight(rightPlace + place + TRight.RightStep);
            TensorFloatUnits.Multiply();
            buffer = 1 - buffer;
            Step<TTile>.Put<TLeft, TRight>(next, buffer * TensorFloatUnits.BufferBytes);
            Group.Barrier();
        }
        TensorFloatUnits.PutSums(TensorFloatUnits.SumPlace(lane, warpRow, warpColumn));
        Group.Barrier();
    }

    // What one thread carries of a step from global to shared memory: four vectors of the left matrix where warps are not beside one
    // another, two where two are; of the right one likewise, by the warps below one another.
    private struct Step<TTile>
        where TTile : unmanaged, IMatrixTile
    {
        private Float4 left0, left1, left2, left3, right0, right1;

        public static Step<TTile> Load<TLeft, TRight, TAccess>(
            View left, View right, int row, int column, int depth, int depthEnd, MatrixUnitGeometry g)
            where TLeft : unmanaged, IMatrixLayout
            where TRight : unmanaged, IMatrixLayout
            where TAccess : unmanaged, IVectorAccess
        {
            int i = Group.IdxX, all = 32 * TTile.WarpRows * TTile.WarpColumns;
            Step<TTile> step = default;
            step.left0 = TLeft.Load<TAccess>(left, g.LeftPitch, i, TTile.RowShift, row, g.Rows, depth, depthEnd);
            step.left1 = TLeft.Load<TAccess>(left, g.LeftPitch, i + all, TTile.RowShift, row, g.Rows, depth, depthEnd);
            if (TTile.WarpColumns == 1)
            {
                step.left2 = TLeft.Load<TAccess>(left, g.LeftPitch, i + (2 * all), TTile.RowShift, row, g.Rows, depth, depthEnd);
                step.left3 = TLeft.Load<TAccess>(left, g.LeftPitch, i + (3 * all), TTile.RowShift, row, g.Rows, depth, depthEnd);
            }
            step.right0 = TRight.Load<TAccess>(right, g.RightPitch, i, TTile.ColumnShift, column, g.Columns, depth, depthEnd);
            if (TTile.WarpRows == 2)
                step.right1 = TRight.Load<TAccess>(right, g.RightPitch, i + all, TTile.ColumnShift, column, g.Columns, depth, depthEnd);
            return step;
        }

        public static void Put<TLeft, TRight>(Step<TTile> step, int place)
            where TLeft : unmanaged, IMatrixLayout
            where TRight : unmanaged, IMatrixLayout
        {
            int i = Group.IdxX, all = 32 * TTile.WarpRows * TTile.WarpColumns;
            TensorFloatUnits.Put(place + TLeft.Place(i, TTile.RowShift, TLeft.LeftPitch), step.left0);
            TensorFloatUnits.Put(place + TLeft.Place(i + all, TTile.RowShift, TLeft.LeftPitch), step.left1);
            if (TTile.WarpColumns == 1)
            {
                TensorFloatUnits.Put(place + TLeft.Place(i + (2 * all), TTile.RowShift, TLeft.LeftPitch), step.left2);
                TensorFloatUnits.Put(place + TLeft.Place(i + (3 * all), TTile.RowShift, TLeft.LeftPitch), step.left3);
            }
            int right = place + TensorFloatUnits.RightPlace;
            TensorFloatUnits.Put(right + TRight.Place(i, TTile.ColumnShift, TRight.RightPitch), step.right0);
            if (TTile.WarpRows == 2)
                TensorFloatUnits.Put(right + TRight.Place(i + all, TTile.ColumnShift, TRight.RightPitch), step.right1);
        }
    }
}

/// <summary>A product for matrix units, by value: result[row, column] = Σ_depth left[row, depth] · right[depth, column].</summary>
internal readonly struct MatrixUnitGeometry
{
    /// <summary>Extents.</summary>
    public readonly int Rows, Columns, Depth;

    /// <summary>Elements from one row of memory to the next, of the left and of the right matrix.</summary>
    public readonly int LeftPitch, RightPitch;

    /// <summary>Tiles beside one another, and how much depth each plane of the grid takes.</summary>
    public readonly int ColumnTiles, PlaneDepth;

    /// <summary>1 where the result is added to what is there, 0 where it is set.</summary>
    public readonly int Adds;

    /// <summary>Collects the extents.</summary>
    internal MatrixUnitGeometry(
        int rows, int columns, int depth, int leftPitch, int rightPitch, int columnTiles, int planeDepth, bool adds = false)
    {
        (Rows, Columns, Depth, LeftPitch, RightPitch) = (rows, columns, depth, leftPitch, rightPitch);
        (ColumnTiles, PlaneDepth, Adds) = (columnTiles, planeDepth, adds ? 1 : 0);
    }
}
