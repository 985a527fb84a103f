namespace GpuNet.Kernels;

/// <summary>A product for matrix units, by value: result[row, column] = Σ_depth left[row, depth] · right[depth, column].</summary>
public readonly struct MatrixUnitGeometry
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
    internal MatrixUnitGeometry(int rows, int columns, int depth, int leftPitch, int rightPitch, int columnTiles, int planeDepth, bool adds = false)
    {
        (Rows, Columns, Depth, LeftPitch, RightPitch) = (rows, columns, depth, leftPitch, rightPitch);
        (ColumnTiles, PlaneDepth, Adds) = (columnTiles, planeDepth, adds ? 1 : 0);
    }
}
