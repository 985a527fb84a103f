namespace GpuNet.Kernels;

/// <summary>The gradients of a depthwise convolution by tiles of a row.</summary>
internal sealed class DepthwiseTileBackward
{
    // Blocks whose sums a thread adds up one after the other: as many again then remain for 1024 blocks.
    private const int BlocksOfRun = 32;

    private readonly RowTileShape[] shapes;
    private readonly Kernel<View, View, View, View, View, View, RowTileGeometry, int>[] kernels;
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
        kernels =
        [
            .. shapes.Select(s => new Kernel<View, View, View, View, View, View, RowTileGeometry, int>(device, RowTileBinding.Close(
                RowTileKernels.Backward<Float4, Window3, Input<Vectors, Vectors, NoPrologue>>, op.Window, s, norm), s.GroupSize)),
        ];
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

/// <summary>
/// What <see cref="DepthwiseTileBackward.Run"/> reads and writes. What is not wanted may be any memory: it is not touched.
/// </summary>
internal readonly struct DepthwiseGradients
{
    /// <summary>Input.</summary>
    public View X { get; init; }

    /// <summary>Scales and shifts of the norm that the input is read through; anything where there is none.</summary>
    public View Factors { get; init; }

    /// <summary>Gradient of the output.</summary>
    public View DY { get; init; }

    /// <summary>Filter.</summary>
    public View Weight { get; init; }

    /// <summary>Gradient of the input.</summary>
    public View DX { get; init; }

    /// <summary>Whether the input's gradient is set, added to or not wanted.</summary>
    public GradientMode Mode { get; init; }

    /// <summary>Gradient of the filter, which is added to.</summary>
    public View DWeight { get; init; }

    /// <summary>Whether the filter's gradient is wanted.</summary>
    public bool WantsWeight { get; init; }

    /// <summary>Gradient of the bias, which is added to.</summary>
    public View DBias { get; init; }

    /// <summary>Whether the bias' gradient is wanted.</summary>
    public bool WantsBias { get; init; }

    /// <summary>Scratch memory of <see cref="DepthwiseTileBackward.WorkspaceElements"/>.</summary>
    public View Workspace { get; init; }
}
