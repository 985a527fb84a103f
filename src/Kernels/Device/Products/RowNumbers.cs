namespace GpuNet.Kernels;

/// <summary>One number for each row of a <see cref="RegisterTile{TColumns}"/>: a pixel, a place in memory, or a row of factors.</summary>
internal struct RowNumbers
{
    /// <summary>A row each.</summary>
    public int R0, R1, R2, R3, R4, R5, R6, R7;

    /// <summary>The same number for every row.</summary>
    public static RowNumbers Of(int value)
    {
        RowNumbers numbers;
        numbers.R0 = numbers.R1 = numbers.R2 = numbers.R3 = numbers.R4 = numbers.R5 = numbers.R6 = numbers.R7 = value;
        return numbers;
    }

    /// <summary>Eight rows from <paramref name="row"/> on; what would be past the last one stands for it.</summary>
    public static RowNumbers Rows(int row, int last)
    {
        RowNumbers rows;
        rows.R0 = row;
        rows.R1 = row + 1 < last ? row + 1 : last;
        rows.R2 = row + 2 < last ? row + 2 : last;
        rows.R3 = row + 3 < last ? row + 3 : last;
        rows.R4 = row + 4 < last ? row + 4 : last;
        rows.R5 = row + 5 < last ? row + 5 : last;
        rows.R6 = row + 6 < last ? row + 6 : last;
        rows.R7 = row + 7 < last ? row + 7 : last;
        return rows;
    }

    /// <summary>number·factor + term, row by row.</summary>
    public static RowNumbers Scale(RowNumbers n, int factor, int term)
    {
        RowNumbers result;
        result.R0 = (n.R0 * factor) + term;
        result.R1 = (n.R1 * factor) + term;
        result.R2 = (n.R2 * factor) + term;
        result.R3 = (n.R3 * factor) + term;
        result.R4 = (n.R4 * factor) + term;
        result.R5 = (n.R5 * factor) + term;
        result.R6 = (n.R6 * factor) + term;
        result.R7 = (n.R7 * factor) + term;
        return result;
    }

    /// <summary>The numbers, with 0 for those below it.</summary>
    public static RowNumbers NotNegative(RowNumbers n)
    {
        RowNumbers result;
        result.R0 = n.R0 < 0 ? 0 : n.R0;
        result.R1 = n.R1 < 0 ? 0 : n.R1;
        result.R2 = n.R2 < 0 ? 0 : n.R2;
        result.R3 = n.R3 < 0 ? 0 : n.R3;
        result.R4 = n.R4 < 0 ? 0 : n.R4;
        result.R5 = n.R5 < 0 ? 0 : n.R5;
        result.R6 = n.R6 < 0 ? 0 : n.R6;
        result.R7 = n.R7 < 0 ? 0 : n.R7;
        return result;
    }
}
