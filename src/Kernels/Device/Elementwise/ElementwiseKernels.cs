using ILGPU;

namespace GpuNet.Kernels;

internal static class ElementwiseKernels
{
    // A thread owns four neighbouring channels in some rows (see ElementwiseGeometry), and images lie on the grid's second axis. Nothing
    // is shared. Neighbouring threads read neighbouring vectors, and an operand that has one row of channels stays in the cache.
    [HotKernel(VectorLoads = true)]
    public static void Run<TAccess, TSteps>(
        View x, View first, View second, View third, View fourth, View y, ElementwiseGeometry g, int add)
        where TAccess : unmanaged, IVectorAccess
        where TSteps : unmanaged, IElementwiseSteps
    {
        int thread = (Grid.IdxX * Group.DimX) + Group.IdxX;
        int block = thread / g.Lanes;
        if (block >= g.Blocks)
            return;
        int start = (thread - (block * g.Lanes)) * 4;
        int end = End(block, g);
        for (int row = block * g.Run; row < end; row += g.Step)
        {
            int from = (((Grid.IdxY * g.Rows) + row) * g.FromPitch) + g.FromFirst;
            int to = (((Grid.IdxY * g.Rows) + row) * g.ToPitch) + g.ToFirst;
            for (int c = start; c < g.Channels; c += 4 * g.Lanes)
            {
                int channel = (Grid.IdxY * g.Channels) + c;
                int count = g.Channels - c;
                Float4 v = TAccess.Load(x, from + c, count);
                v = TSteps.Apply<TAccess>(v, first, second, third, fourth, to + c, channel, count);
                if (add != 0)
                    v = TAccess.Load(y, to + c, count) + v;
                TAccess.Store(y, to + c, v, count);
            }
        }
    }

    /// <summary>The row at which a block of threads ends.</summary>
    public static int End(int block, ElementwiseGeometry g)
    {
        int left = g.Rows - (block * g.Run);
        return (block * g.Run) + (g.Span < left ? g.Span : left);
    }
}
