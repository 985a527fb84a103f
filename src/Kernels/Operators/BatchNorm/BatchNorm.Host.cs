using System.Runtime.CompilerServices;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>
/// One pass for the sums and one for the result, in both directions. Sums are taken over fixed tiles of rows and channels, so that
/// they do not depend on the number of threads, and merged in order. Workspace: the vectors below, then those of each block's sums.
/// </summary>
internal sealed unsafe partial class BatchNormHost<TLanes, TActivation> : Launcher
    where TLanes : unmanaged, ILanes<TLanes>
    where TActivation : unmanaged, IActivation
{
    // 64 KiB a stream: far above the cost of handing out a part, and small enough to spread over many cores.
    private const int PartElements = 16384;

    // Merging costs a pass over the blocks' sums; with this many it stays far below the pass over the rows.
    private const int MaxBlocks = 64;

    // Wide rows are also cut by channels: a short, wide matrix then needs few blocks, and pieces of 1 KiB still stream.
    private const int TileChannels = 256;

    // Per-channel vectors of the workspace, repeated over the width of a folded row.
    private const int Center = 0, Scale = 1, Shift = 2, Slope = 3, Offset = 4, Vectors = 5;

    // Vectors a block has for its sums.
    private const int SumVectors = 4;

    private readonly Workers workers;
    private readonly FoldedRows g;
    private readonly int rows, blocks, tiles, rowParts, combineParts;
    private readonly float epsilon, momentum;
    private readonly Action<int> sumMoments, combineMoments, apply, sumGradients, combineGradients, backwardData;
    private Operands current = null!;

    public BatchNormHost(Device device, BatchNorm op)
    {
        workers = device.Workers;
        g = new FoldedRows(op.Input);
        rows = op.Input.Rows;
        (epsilon, momentum) = (op.Epsilon, op.Momentum);
        tiles = g.Width > 2 * TileChannels ? (g.Width + TileChannels - 1) / TileChannels : 1;
        long tileElements = (long)g.Count * (g.Width / tiles);
        blocks = (int)Math.Clamp(tileElements / PartElements, 1, Math.Min(MaxBlocks, g.Count));
        rowParts = (int)Math.Clamp((long)g.Count * g.Width / PartElements, 1, g.Count);
        combineParts = (g.Channels + TileChannels - 1) / TileChannels;
        sumMoments = SumMoments;
        combineMoments = CombineMoments;
        apply = Apply;
        sumGradients = SumGradients;
        combineGradients = CombineGradients;
        backwardData = BackwardData;
    }

    // One block more than there are holds the sums of the tail.
    public override long WorkspaceElements => (Vectors + ((long)SumVectors * (blocks + 1))) * g.Pitch;

    public override void Forward(Operands o)
    {
        current = o;
        if (o.Training)
        {
            workers.Run(blocks * tiles, sumMoments);
            workers.Run(combineParts, combineMoments);
        }
        else
        {
            PrepareVectors();
        }
        workers.Run(rowParts, apply);
    }

    public override void Backward(Operands o)
    {
        current = o;
        PrepareVectors();
        if (!o.DParameters[0].IsNone || !o.DParameters[1].IsNone || (o.Training && o.DInput.IsWanted))
        {
            workers.Run(blocks * tiles, sumGradients);
            workers.Run(combineParts, combineGradients);
        }
        if (o.DInput.IsWanted)
            workers.Run(rowParts, backwardData);
    }

    private float* Vector(int index) => current.Workspace.Pointer + ((long)index * g.Pitch);

    private float* Sums(int block) => Vector(Vectors + (SumVectors * block));

    private int FirstRow(int block, int of) => (int)((long)g.Count * block / of);

    // Center, scale and shift as saved by forward, or from the running statistics; slope and offset for frozen ones.
    private void PrepareVectors()
    {
        int c = 0;
        for (; c <= g.Channels - TLanes.Count; c += TLanes.Count)
            PrepareChannels<TLanes>(c);
        for (; c < g.Channels; c++)
            PrepareChannels<Lanes1>(c);
    }

    private void PrepareChannels<T>(int c)
        where T : unmanaged, ILanes<T>
    {
        Operands o = current;
        T center = T.Load((o.Training ? o.Saved[0] : o.Parameters[2]).Pointer + c);
        StoreFolded(Center, c, center);
        StoreFolded(Scale, c, T.Load(o.Parameters[0].Pointer + c) * InverseDeviation<T>(c));
        StoreFolded(Shift, c, T.Load(o.Parameters[1].Pointer + c));
        StoreFolded(Slope, c, T.Create(0));
        StoreFolded(Offset, c, T.Create(0));
    }

    private T InverseDeviation<T>(int c)
        where T : unmanaged, ILanes<T> => current.Training
        ? T.Load(current.Saved[1].Pointer + c)
        : T.Create(1) / T.Sqrt(T.Load(current.Parameters[3].Pointer + c) + T.Create(epsilon));

    private void StoreFolded<T>(int vector, int c, T value)
        where T : unmanaged, ILanes<T>
    {
        float* target = Vector(vector) + c;
        for (int fold = 0; fold < g.Fold; fold++, target += g.Channels)
            T.Store(value, target);
    }

    private void Apply(int part)
    {
        int first = FirstRow(part, rowParts), end = FirstRow(part + 1, rowParts);
        float* x = current.Input.Pointer, y = current.Output.Pointer;
        ApplyRows(x + ((long)first * g.Width), y + ((long)first * g.Width), end - first, g.Width);
        if (end == g.Count)
            ApplyRows(x + ((long)end * g.Width), y + ((long)end * g.Width), g.Tail, g.Channels);
    }

    // y = act((x − center)·scale + shift)
    private void ApplyRows(float* x, float* y, int count, int width)
    {
        float* center = Vector(Center), scale = Vector(Scale), shift = Vector(Shift);
        for (int row = 0; row < count; row++, x += width, y += width)
        {
            int c = 0;
            for (; c <= width - TLanes.Count; c += TLanes.Count)
                TLanes.Store(TActivation.Forward(Normalise(TLanes.Load(x + c) - TLanes.Load(center + c), scale + c, shift + c)), y + c);
            for (; c < width; c++)
                Lanes1.Store(TActivation.Forward(Normalise(Lanes1.Load(x + c) - Lanes1.Load(center + c), scale + c, shift + c)), y + c);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Normalise<T>(T centered, float* scale, float* shift)
        where T : unmanaged, ILanes<T> => T.MultiplyAdd(centered, T.Load(scale), T.Load(shift));

    private void BackwardData(int part)
    {
        int first = FirstRow(part, rowParts), end = FirstRow(part + 1, rowParts);
        long start = (long)first * g.Width, tail = (long)g.Count * g.Width;
        float* x = current.Input.Pointer, dy = current.DOutput.Pointer, dx = current.DInput.Tensor.Pointer;
        BackwardRows(x + start, dy + start, dx + start, end - first, g.Width);
        if (end == g.Count)
            BackwardRows(x + tail, dy + tail, dx + tail, g.Tail, g.Channels);
    }

    private void BackwardRows(float* x, float* dy, float* dx, int count, int width)
    {
        float* vectors = Vector(0);
        bool add = current.DInput.Adds;
        for (int row = 0; row < count; row++, x += width, dy += width, dx += width)
        {
            int c = 0;
            for (; c <= width - TLanes.Count; c += TLanes.Count)
                BackwardLanes<TLanes>(x + c, dy + c, dx + c, vectors + c, g.Pitch, add);
            for (; c < width; c++)
                BackwardLanes<Lanes1>(x + c, dy + c, dx + c, vectors + c, g.Pitch, add);
        }
    }

    // dx = dz·scale + (x − center)·slope + offset
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void BackwardLanes<T>(float* x, float* dy, float* dx, float* vectors, long pitch, bool add)
        where T : unmanaged, ILanes<T>
    {
        T centered = T.Load(x) - T.Load(vectors + (Center * pitch)), scale = T.Load(vectors + (Scale * pitch));
        T dz = T.Load(dy) * TActivation.Gradient(T.MultiplyAdd(centered, scale, T.Load(vectors + (Shift * pitch))));
        T value = T.MultiplyAdd(centered, T.Load(vectors + (Slope * pitch)), T.Load(vectors + (Offset * pitch)));
        value = T.MultiplyAdd(dz, scale, value);
        T.Store(add ? T.Load(dx) + value : value, dx);
    }
}
