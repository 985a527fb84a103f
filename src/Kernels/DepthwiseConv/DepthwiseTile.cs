namespace GpuNet.Kernels;

/// <summary>
/// A depthwise convolution by tiles of a row, over memory that the caller names: what the operator's launcher is made of, and that of
/// an operator which a depthwise convolution is a part of.
/// </summary>
internal sealed class DepthwiseTile
{
    // Blocks whose sums a thread adds up one after the other: as many again then remain for 1024 blocks.
    private const int BlocksOfRun = 32;

    private readonly DepthwiseConv op;
    private readonly EpilogueGeometry epilogue;
    private readonly RowTileShape[] forward;
    private readonly ForwardTileKernel[] forwardKernels;
    private readonly RowTileShape[] backward = [];
    private readonly BackwardTileKernel[] backwardKernels = [];
    private readonly Kernel<View, View, int, int, int>? sumBlocks;
    private readonly Kernel<View, View, View, int, int, int, int, int>? addRuns;
    private readonly int blocks, runs, sums;
    private readonly long partials;

    /// <summary>Chooses tiles and loads kernels.</summary>
    /// <param name="device">Where to run.</param>
    /// <param name="op">The convolution; see <see cref="Fits"/>.</param>
    public DepthwiseTile(Device device, DepthwiseConv op)
    {
        this.op = op;
        epilogue = new EpilogueGeometry(op);
        forward = RowTileShape.Forward(device, op);
        forwardKernels = [.. forward.Select(s => RowTileBinding.Forward(device, op, s))];
        if (op.IsInferenceOnly)
            return;
        backward = RowTileShape.Summing(device, op, RowTileRange.Backward(op));
        backwardKernels = [.. backward.Select(s => RowTileBinding.Backward(device, op, s))];
        sums = (op.Window.Taps + 1) * op.Input.C;
        blocks = backward[0].Groups.Y * backward[0].Groups.Z;
        runs = blocks > BlocksOfRun ? (blocks + BlocksOfRun - 1) / BlocksOfRun : 0;
        partials = Arena.Align((long)blocks * sums * sizeof(float)) / sizeof(float);
        _ = checked((int)WorkspaceElements);
        sumBlocks = new(device, RowTileKernels.SumBlocks);
        addRuns = new(device, RowTileKernels.AddRuns);
    }

    /// <summary>Scratch memory of a backward pass.</summary>
    public long WorkspaceElements => partials + ((long)runs * sums);

    /// <summary>Whether the window is one whose taps are written out, and the images fit the grid.</summary>
    public static bool Fits(DepthwiseConv op)
    {
        Window w = op.Window;
        return w is { KernelH: 3 or 5, StrideH: 1 or 2, DilationH: 1, DilationW: 1 } && w.KernelW == w.KernelH && w.StrideW == w.StrideH
            && op.Input.N <= ushort.MaxValue && op.Result.H <= ushort.MaxValue && op.Input.H + w.Top <= ushort.MaxValue;
    }

    /// <summary>Computes the output.</summary>
    /// <param name="x">Input.</param>
    /// <param name="weight">Filter.</param>
    /// <param name="bias">Bias; anything where there is none.</param>
    /// <param name="residual">Residual; anything where there is none.</param>
    /// <param name="y">Output.</param>
    public void Forward(View x, View weight, View bias, View residual, View y)
    {
        for (int i = 0; i < forward.Length; i++)
            forwardKernels[i].Run(forward[i].Groups, x, weight, bias, residual, y, forward[i].Geometry, epilogue);
    }

    /// <summary>Computes the gradients in one pass over the input and the output's gradient.</summary>
    public void Backward(in DepthwiseGradients o)
    {
        int data = o.Mode == GradientMode.None ? 0 : o.Mode == GradientMode.Set ? 1 : 2;
        bool sumsUp = o.WantsWeight || o.WantsBias;
        if (data == 0 && !sumsUp)
            return;
        for (int i = 0; i < backward.Length; i++)
            backwardKernels[i].Run(backward[i].Groups, o.X, o.DY, o.Weight, o.DX, o.Workspace, backward[i].Geometry, data);
        if (!sumsUp)
            return;
        View left = o.Workspace;
        if (runs > 0)
        {
            left = o.Workspace.SubView(partials, (long)runs * sums);
            var groups = new GroupCount((sums + sumBlocks!.GroupSize - 1) / sumBlocks.GroupSize, runs);
            sumBlocks.Run(groups, o.Workspace, left, sums, blocks, BlocksOfRun);
        }
        addRuns!.Run(sums, left, o.DWeight, o.DBias, sums, sums - op.Input.C, runs > 0 ? runs : blocks,
            o.WantsWeight ? 1 : 0, o.WantsBias ? 1 : 0);
    }
}
