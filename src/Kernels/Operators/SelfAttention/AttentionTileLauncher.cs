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

    private AttentionTileLauncher(
        SelfAttention op,
        int forwardTokens,
        int backwardTokens,
        Kernel<View, View, View, AttentionGeometry, int> forward,
        Kernel<View, View, View, View, View, View, AttentionGeometry, int> queries,
        Kernel<View, View, View, View, View, AttentionGeometry, int> keys)
    {
        geometry = new AttentionGeometry(op);
        forwardGroups = new GroupCount((geometry.Tokens + forwardTokens - 1) / forwardTokens, geometry.Heads, geometry.N);
        backwardGroups = new GroupCount((geometry.Tokens + backwardTokens - 1) / backwardTokens, geometry.Heads, geometry.N);
        (this.forward, this.queries, this.keys) = (forward, queries, keys);
    }

    // dy·y of each token and head.
    public override long WorkspaceElements => (long)geometry.N * geometry.Tokens * geometry.Heads;

    /// <summary>Whether registers have room for a head, and a grid for heads and images.</summary>
    public static bool Fits(SelfAttention op) => op.Output.C / op.Heads <= MostChannels && op.Heads <= MostGroups && op.Input.N <= MostGroups;

    /// <summary>Loads the kernels for a head's width and the device's groups.</summary>
    public static Launcher Create(Device device, SelfAttention op)
    {
        int channels = op.Output.C / op.Heads;
        return channels % 4 == 0 ? OfAccess<Vectors>(device, op, channels) : OfAccess<Guarded>(device, op, channels);
    }

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

    private static AttentionTileLauncher OfAccess<TAccess>(Device device, SelfAttention op, int channels)
        where TAccess : unmanaged, IVectorAccess =>
        channels <= 4 ? OfWidth<TAccess, HeadOf4>(device, op)
        : channels <= 8 ? OfWidth<TAccess, HeadOf8>(device, op)
        : channels <= 16 ? OfWidth<TAccess, HeadOf16>(device, op)
        : channels <= 24 ? OfWidth<TAccess, HeadOf24>(device, op)
        : OfWidth<TAccess, HeadOf32>(device, op);

    private static AttentionTileLauncher OfWidth<TAccess, TWidth>(Device device, SelfAttention op)
        where TAccess : unmanaged, IVectorAccess
        where TWidth : unmanaged, IHeadWidth
    {
        if (device.Info.IsProcessor)
        {
            return new AttentionTileLauncher(op, 2, 1,
                new(device, AttentionDirectKernels.Forward<TWidth, TAccess>, 1),
                new(device, AttentionDirectKernels.BackwardQueries<TWidth, TAccess>, 1),
                new(device, AttentionDirectKernels.BackwardKeys<TWidth, TAccess>, 1));
        }
        return device.Info.MaxGroupSize >= Attention128.Size ? OfTile<TAccess, TWidth, Attention128>(device, op)
            : device.Info.MaxGroupSize >= Attention16.Size ? OfTile<TAccess, TWidth, Attention16>(device, op)
            : OfTile<TAccess, TWidth, Attention1>(device, op);
    }

    private static AttentionTileLauncher OfTile<TAccess, TWidth, TTile>(Device device, SelfAttention op)
        where TAccess : unmanaged, IVectorAccess
        where TWidth : unmanaged, IHeadWidth
        where TTile : unmanaged, IAttentionTile => new(op, TTile.Size, TTile.Size,
            new(device, AttentionTileKernels.Forward<TTile, TWidth, TAccess>, TTile.Size),
            new(device, AttentionTileKernels.BackwardQueries<TTile, TWidth, TAccess>, TTile.Size),
            new(device, AttentionTileKernels.BackwardKeys<TTile, TWidth, TAccess>, TTile.Size));
}
