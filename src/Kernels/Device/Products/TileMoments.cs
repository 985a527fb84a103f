using ILGPU;

namespace GpuNet.Kernels;

/// <summary>What a batch norm needs of a product, taken from its tiles while they are in registers: see <see cref="Moments"/>.</summary>
internal static class TileMoments
{
    /// <summary>
    /// Writes the moments of a tile's rows. Threads of the same columns exchange theirs through shared memory, and each of them adds up
    /// all their sums in order: every thread then knows the mean that it takes squared deviations from.
    /// </summary>
    /// <param name="sums">The thread's rows; those past the product's last are 0.</param>
    /// <param name="shared">Shared memory, a vector for each thread.</param>
    /// <param name="moments">Receives them; a block is the rows of a tile.</param>
    /// <param name="k">First of the thread's columns.</param>
    /// <param name="columns">Columns there are from there on.</param>
    /// <param name="g">The product.</param>
    public static void Store<TTile, TEpilogue>(
        RegisterTile<Float4> sums, ArrayView<Float4> shared, View moments, int k, int columns, ProductGeometry g)
        where TTile : unmanaged, ISharedTile
        where TEpilogue : unmanaged, IEpilogue
    {
        int thread = Group.IdxX;
        int rows = IntrinsicMath.Min(TTile.Rows, g.Rows - (Grid.IdxX * TTile.Rows));
        int own = rows - ((thread >> TTile.ColumnBits) * 8);
        // Others may still read the last step of the product.
        Group.Barrier();
        shared[thread] = ((sums.R0 + sums.R1) + (sums.R2 + sums.R3)) + ((sums.R4 + sums.R5) + (sums.R6 + sums.R7));
        Group.Barrier();
        Float4 mean = (1f / rows) * Total<TTile>(shared, thread);
        Group.Barrier();
        shared[thread] =
            ((Square(sums.R0, mean, own > 0) + Square(sums.R1, mean, own > 1))
                + (Square(sums.R2, mean, own > 2) + Square(sums.R3, mean, own > 3)))
            + ((Square(sums.R4, mean, own > 4) + Square(sums.R5, mean, own > 5))
                + (Square(sums.R6, mean, own > 6) + Square(sums.R7, mean, own > 7)));
        Group.Barrier();
        Float4 squares = Total<TTile>(shared, thread);
        if (thread < 1 << TTile.ColumnBits)
        {
            TEpilogue.Store(moments, (Grid.IdxX * g.WeightPitch) + k, mean, columns);
            TEpilogue.Store(moments, ((Grid.DimX + Grid.IdxX) * g.WeightPitch) + k, squares, columns);
        }
        if (thread == 0 && Grid.IdxY == 0)
            moments[(2 * Grid.DimX * g.WeightPitch) + Grid.IdxX] = rows;
    }

    private static Float4 Total<TTile>(ArrayView<Float4> shared, int thread)
        where TTile : unmanaged, ISharedTile
    {
        int at = thread & ((1 << TTile.ColumnBits) - 1);
        Float4 total = Float4.Of(0f);
        for (int row = 0; row < TTile.Rows / 8; row++)
            total += shared[(row << TTile.ColumnBits) + at];
        return total;
    }

    private static Float4 Square(Float4 value, Float4 mean, bool isRow)
    {
        Float4 d = isRow ? value - mean : Float4.Of(0f);
        return d * d;
    }
}
