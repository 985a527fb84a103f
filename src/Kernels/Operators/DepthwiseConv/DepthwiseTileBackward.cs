namespace GpuNet.Kernels;

/// <summary>The gradients of a depthwise convolution by tiles of a row.</summary>
internal sealed class DepthwiseTileBackward
{
    // Blocks whose sums a thread adds up one after the other: as many again then remain for 1024 blocks.
    private const int BlocksOfRun = 32;

    private readonly RowTileShape[] shapes;
    private readonly BackwardTileKernel[] kernels;
    private readonly Kernel<View, View, int, int, int> sumBlocks;
    private readonly Kernel<View, View, View, int, int, int, int, int> addRuns;
    private readonly int blocks, runs, sums, channels;
    private readonly long partials;

    /// <summary>Chooses tiles and loads kernels.</summary>
    /// <param name="device">Where to run.</param>
    /// <param name="op">The convolution; see <see cref="DepthwiseTile.Fits"/>.</param>
    /// <param name="norm">The activation of a norm that x is read through; null to read it as it is, as processors do.</param>
    public DepthwiseTileBackward(Device device, DepthwiseConv op, ActivationKind? norm = null)
    {
        channels = op.Input.C;
        shapes = RowTileShape.Summing(device, op, RowTileRange.Backward(op));
        kernels = [.. shapes.Select(s => RowTileBinding.Backward(device, op, s, norm))];
        sums = (op.Window.Taps + 1) * channels;
        blocks = shapes[0].Groups.Y * shapes[0].Groups.Z;
        runs = blocks > BlocksOfRun ? (blocks + BlocksOfRun - 1) / BlocksOfRun : 0;
        partials = Arena.Align((long)blocks * sums * sizeof(float)) / sizeof(float);
        _ = checked((int)WorkspaceElements);
        sumBlocks = new(device, RowTileKernels.SumBlocks);
        addRuns = new(device, RowTileKernels.AddRuns);
    }

    /// <summary>Scratch memory, in elements.</summary>
    public long WorkspaceElements => partials + ((long)runs * sums);

    /// <summary>Computes the gradients in one pass over the input and the output's gradient.</summary>
    public void Run(in DepthwiseGradients o)
    {
        int data = o.Mode == GradientMode.None ? 0 : o.Mode == GradientMode.Set ? 1 : 2;
        bool sumsUp = o.WantsWeight || o.WantsBias;
        if (data == 0 && !sumsUp)
            return;
        for (int i = 0; i < shapes.Length; i++)
            kernels[i].Run(shapes[i].Groups, o.X, o.Factors, o.DY, o.Weight, o.DX, o.Workspace, shapes[i].Geometry, data);
        if (!sumsUp)
            return;
        View left = o.Workspace;
        if (runs > 0)
        {
            left = o.Workspace.SubView(partials, (long)runs * sums);
            var groups = new GroupCount((sums + sumBlocks.GroupSize - 1) / sumBlocks.GroupSize, runs);
            sumBlocks.Run(groups, o.Workspace, left, sums, blocks, BlocksOfRun);
        }
        addRuns.Run(sums, left, o.DWeight, o.DBias, sums, sums - channels, runs > 0 ? runs : blocks,
            o.WantsWeight ? 1 : 0, o.WantsBias ? 1 : 0);
    }
}
