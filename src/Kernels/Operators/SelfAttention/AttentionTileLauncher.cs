namespace GpuNet.Kernels;

/// <summary>
/// Attention of heads of up to 32 channels: by <see cref="AttentionTileKernels"/>, or by <see cref="AttentionDirectKernels"/> on a
/// processor. Forward is one launch; backward is one over queries, then one over keys.
/// </summary>
internal sealed class AttentionTileLauncher : Launcher
{
    // Vectors of four that registers have room for, beside their gradients.
    private const int MostChannels = 32;

    // GPUs take no more groups on the second and third axis of a grid.
    private const int MostGroups = 65535;

    private readonly Kernel<View, View, View, AttentionGeometry, int> forward;
    private readonly Kernel<View, View, View, View, View, View, AttentionGeometry, int> queries;
    private readonly Kernel<View, View, View, View, View, AttentionGeometry, int> keys;
    private readonly AttentionGeometry geometry;
    private readonly GroupCount forwardGroups, backwardGroups;

    /// <summary>Loads the kernels for a head's width and the device's groups.</summary>
    public AttentionTileLauncher(Device device, SelfAttention op)
    {
        geometry = new AttentionGeometry(op);
        int channels = op.Output.C / op.Heads, forwardTokens = 2, backwardTokens = 1;
        Type access = Access.Policy(channels % 4 == 0), width = HeadWidth(channels);
        if (device.Info.IsProcessor)
        {
            forward = new(device, Policies.Close(AttentionDirectKernels.Forward<HeadOf4, Vectors>, width, access), 1);
            queries = new(device, Policies.Close(AttentionDirectKernels.BackwardQueries<HeadOf4, Vectors>, width, access), 1);
            keys = new(device, Policies.Close(AttentionDirectKernels.BackwardKeys<HeadOf4, Vectors>, width, access), 1);
        }
        else
        {
            var tile = AttentionTile.For(device);
            forward = new(device, Policies.Close(AttentionTileKernels.Forward<Attention1, HeadOf4, Vectors>, tile.Policy, width, access),
                tile.Size);
            queries = new(device,
                Policies.Close(AttentionTileKernels.BackwardQueries<Attention1, HeadOf4, Vectors>, tile.Policy, width, access), tile.Size);
            keys = new(device, Policies.Close(AttentionTileKernels.BackwardKeys<Attention1, HeadOf4, Vectors>, tile.Policy, width, access),
                tile.Size);
            forwardTokens = backwardTokens = tile.Size;
        }
        forwardGroups = new GroupCount((geometry.Tokens + forwardTokens - 1) / forwardTokens, geometry.Heads, geometry.N);
        backwardGroups = new GroupCount((geometry.Tokens + backwardTokens - 1) / backwardTokens, geometry.Heads, geometry.N);
    }

    // dy·y of each token and head.
    public override long WorkspaceElements => (long)geometry.N * geometry.Tokens * geometry.Heads;

    /// <summary>Whether registers have room for a head, and a grid for heads and images.</summary>
    public static bool Fits(SelfAttention op) =>
        op.Output.C / op.Heads <= MostChannels && op.Heads <= MostGroups && op.Input.N <= MostGroups;

    public override void Forward(Operands o)
    {
        View y = o.Output.View;
        bool saves = o.Saved.Length > 0;
        // At inference the output stands in for the lse; the kernel does not write it there.
        forward.Run(forwardGroups, o.Input.View, y, saves ? o.Saved[0].View : y, geometry, saves ? 1 : 0);
    }

    public override void Backward(Operands o)
    {
        if (!o.DInput.IsWanted)
            return;
        View x = o.Input.View, lse = o.Saved[0].View, dy = o.DOutput.View, dx = o.DInput.Tensor.View, dots = o.Workspace.View;
        queries.Run(backwardGroups, x, o.Output.View, lse, dy, dots, dx, geometry, o.DInput.AddFlag);
        keys.Run(backwardGroups, x, lse, dy, dots, dx, geometry, o.DInput.AddFlag);
    }

    private static Type HeadWidth(int channels) => channels switch
    {
        <= 4 => typeof(HeadOf4),
        <= 8 => typeof(HeadOf8),
        <= 16 => typeof(HeadOf16),
        <= 24 => typeof(HeadOf24),
        _ => typeof(HeadOf32),
    };
}
