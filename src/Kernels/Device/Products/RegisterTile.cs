namespace GpuNet.Kernels;

/// <summary>Eight rows of a few columns of sums, in registers: what one thread makes of a product.</summary>
/// <typeparam name="TColumns">Columns of a row.</typeparam>
internal struct RegisterTile<TColumns>
    where TColumns : unmanaged, IFloats<TColumns>
{
    /// <summary>A row each.</summary>
    public TColumns R0, R1, R2, R3, R4, R5, R6, R7;

    /// <summary>The same row eight times.</summary>
    public static RegisterTile<TColumns> Of(TColumns row)
    {
        RegisterTile<TColumns> tile;
        tile.R0 = tile.R1 = tile.R2 = tile.R3 = tile.R4 = tile.R5 = tile.R6 = tile.R7 = row;
        return tile;
    }

    /// <summary>
    /// Adds the products of <paramref name="depth"/> elements of each row, <paramref name="step"/> apart from its place in
    /// <paramref name="x"/> on, and as many rows of a matrix.
    /// </summary>
    /// <typeparam name="TInput">How x and the matrix are read.</typeparam>
    public static RegisterTile<TColumns> Add<TInput>(
        RegisterTile<TColumns> sums, View x, RowNumbers at, int step, View factors, RowNumbers factor, int factorStep, int factorRow,
        View matrix, int w, int pitch, int count, int depth)
        where TInput : unmanaged, IInput
    {
        for (int c = 0; c < depth; c++)
        {
            int e = c * step;
            int f = c * factorStep;
            TColumns b = TInput.Floats<TColumns>(matrix, w + (c * pitch), count);
            sums.R0 = TColumns.MultiplyAdd(Read<TInput>(x, at.R0 + e, factors, factor.R0 + f, factorRow), b, sums.R0);
            sums.R1 = TColumns.MultiplyAdd(Read<TInput>(x, at.R1 + e, factors, factor.R1 + f, factorRow), b, sums.R1);
            sums.R2 = TColumns.MultiplyAdd(Read<TInput>(x, at.R2 + e, factors, factor.R2 + f, factorRow), b, sums.R2);
            sums.R3 = TColumns.MultiplyAdd(Read<TInput>(x, at.R3 + e, factors, factor.R3 + f, factorRow), b, sums.R3);
            sums.R4 = TColumns.MultiplyAdd(Read<TInput>(x, at.R4 + e, factors, factor.R4 + f, factorRow), b, sums.R4);
            sums.R5 = TColumns.MultiplyAdd(Read<TInput>(x, at.R5 + e, factors, factor.R5 + f, factorRow), b, sums.R5);
            sums.R6 = TColumns.MultiplyAdd(Read<TInput>(x, at.R6 + e, factors, factor.R6 + f, factorRow), b, sums.R6);
            sums.R7 = TColumns.MultiplyAdd(Read<TInput>(x, at.R7 + e, factors, factor.R7 + f, factorRow), b, sums.R7);
        }
        return sums;
    }

    /// <summary>The same for neighbouring elements, where a row whose place is negative is padding.</summary>
    public static RegisterTile<TColumns> AddInside<TInput>(
        RegisterTile<TColumns> sums, View x, RowNumbers at, View factors, RowNumbers factor, int factorRow,
        View matrix, int w, int pitch, int count, int depth)
        where TInput : unmanaged, IInput
    {
        RowNumbers from = RowNumbers.NotNegative(at);
        for (int c = 0; c < depth; c++)
        {
            TColumns b = TInput.Floats<TColumns>(matrix, w + (c * pitch), count);
            float x0 = Read<TInput>(x, from.R0 + c, factors, factor.R0 + c, factorRow);
            float x1 = Read<TInput>(x, from.R1 + c, factors, factor.R1 + c, factorRow);
            float x2 = Read<TInput>(x, from.R2 + c, factors, factor.R2 + c, factorRow);
            float x3 = Read<TInput>(x, from.R3 + c, factors, factor.R3 + c, factorRow);
            float x4 = Read<TInput>(x, from.R4 + c, factors, factor.R4 + c, factorRow);
            float x5 = Read<TInput>(x, from.R5 + c, factors, factor.R5 + c, factorRow);
            float x6 = Read<TInput>(x, from.R6 + c, factors, factor.R6 + c, factorRow);
            float x7 = Read<TInput>(x, from.R7 + c, factors, factor.R7 + c, factorRow);
            sums.R0 = TColumns.MultiplyAdd(at.R0 < 0 ? 0f : x0, b, sums.R0);
            sums.R1 = TColumns.MultiplyAdd(at.R1 < 0 ? 0f : x1, b, sums.R1);
            sums.R2 = TColumns.MultiplyAdd(at.R2 < 0 ? 0f : x2, b, sums.R2);
            sums.R3 = TColumns.MultiplyAdd(at.R3 < 0 ? 0f : x3, b, sums.R3);
            sums.R4 = TColumns.MultiplyAdd(at.R4 < 0 ? 0f : x4, b, sums.R4);
            sums.R5 = TColumns.MultiplyAdd(at.R5 < 0 ? 0f : x5, b, sums.R5);
            sums.R6 = TColumns.MultiplyAdd(at.R6 < 0 ? 0f : x6, b, sums.R6);
            sums.R7 = TColumns.MultiplyAdd(at.R7 < 0 ? 0f : x7, b, sums.R7);
        }
        return sums;
    }

    /// <summary>Adds what a map of the result's extents holds.</summary>
    public static RegisterTile<TColumns> Add<TEpilogue>(RegisterTile<TColumns> sums, View residual, RowNumbers at, int count)
        where TEpilogue : unmanaged, IEpilogue
    {
        sums.R0 = sums.R0 + TEpilogue.Load<TColumns>(residual, at.R0, count);
        sums.R1 = sums.R1 + TEpilogue.Load<TColumns>(residual, at.R1, count);
        sums.R2 = sums.R2 + TEpilogue.Load<TColumns>(residual, at.R2, count);
        sums.R3 = sums.R3 + TEpilogue.Load<TColumns>(residual, at.R3, count);
        sums.R4 = sums.R4 + TEpilogue.Load<TColumns>(residual, at.R4, count);
        sums.R5 = sums.R5 + TEpilogue.Load<TColumns>(residual, at.R5, count);
        sums.R6 = sums.R6 + TEpilogue.Load<TColumns>(residual, at.R6, count);
        sums.R7 = sums.R7 + TEpilogue.Load<TColumns>(residual, at.R7, count);
        return sums;
    }

    /// <summary>Writes the sums.</summary>
    public static void Store<TEpilogue>(RegisterTile<TColumns> sums, View y, RowNumbers at, int count)
        where TEpilogue : unmanaged, IEpilogue
    {
        TEpilogue.Store(y, at.R0, sums.R0, count);
        TEpilogue.Store(y, at.R1, sums.R1, count);
        TEpilogue.Store(y, at.R2, sums.R2, count);
        TEpilogue.Store(y, at.R3, sums.R3, count);
        TEpilogue.Store(y, at.R4, sums.R4, count);
        TEpilogue.Store(y, at.R5, sums.R5, count);
        TEpilogue.Store(y, at.R6, sums.R6, count);
        TEpilogue.Store(y, at.R7, sums.R7, count);
    }

    private static float Read<TInput>(View x, int at, View factors, int factor, int row)
        where TInput : unmanaged, IInput => Inputs.Read<TInput, Float1>(x, at, factors, factor, row, 1).X;
}
