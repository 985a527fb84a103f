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
    private readonly int rows, blocks, tiles, combineParts;
    private readonly float epsilon, momentum;
    private readonly Action<int> sumMoments, combineMoments, sumGradients, combineGradients;
    private readonly HostPass apply, backwardData;
    private Operands current = null!;

    public BatchNormHost(Device device, BatchNorm op)
    {
        workers = device.Workers;
        g = new FoldedRows(op.Input);
        rows = op.Input.Rows;
        (epsilon, momentum) = (op.Epsilon, op.Momentum);
        tiles = g.Width > 2 * TileChannels ? (g.Width + TileChannels - 1) / TileChannels : 1;
        long tileElements = (long)g.Count * (g.Width / tiles);
        blocks = (int)Math.Clamp(tileElements / HostPass.PartElements, 1, Math.Min(MaxBlocks, g.Count));
        combineParts = (g.Channels + TileChannels - 1) / TileChannels;
        sumMoments = SumMoments;
        combineMoments = CombineMoments;
        apply = HostPass.OverRows(device, g.Count, g.Width, Apply);
        sumGradients = SumGradients;
        combineGradients = CombineGradients;
        backwardData = HostPass.OverRows(device, g.Count, g.Width, BackwardData);
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
        apply.Run(o);
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
            backwardData.Run(o);
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
        : NormFormulas.InverseDeviation(T.Load(current.Parameters[3].Pointer + c), epsilon);

    private void StoreFolded<T>(int vector, int c, T value)
        where T : unmanaged, ILanes<T>
    {
        float* target = Vector(vector) + c;
        for (int fold = 0; fold < g.Fold; fold++, target += g.Channels)
            T.Store(value, target);
    }

    private void Apply(Operands o, int image, long first, int count)
    {
        float* x = o.Input.Pointer, y = o.Output.Pointer;
        ApplyRows(x + (first * g.Width), y + (first * g.Width), count, g.Width);
        if (first + count == g.Count)
            ApplyRows(x + ((long)g.Count * g.Width), y + ((long)g.Count * g.Width), g.Tail, g.Channels);
    }

    private void ApplyRows(float* x, float* y, int count, int width)
    {
        float* center = Vector(Center), scale = Vector(Scale), shift = Vector(Shift);
        for (int row = 0; row < count; row++, x += width, y += width)
            LaneLoop.Run<TLanes, Normalise>(new(x, center, scale, shift, y), width);
    }

    private void BackwardData(Operands o, int image, long first, int count)
    {
        long start = first * g.Width, tail = (long)g.Count * g.Width;
        float* x = o.Input.Pointer, dy = o.DOutput.Pointer, dx = o.DInput.Tensor.Pointer;
        BackwardRows(x + start, dy + start, dx + start, count, g.Width);
        if (first + count == g.Count)
            BackwardRows(x + tail, dy + tail, dx + tail, g.Tail, g.Channels);
    }

    private void BackwardRows(float* x, float* dy, float* dx, int count, int width)
    {
        float* vectors = Vector(0);
        bool adds = current.DInput.Adds;
        for (int row = 0; row < count; row++, x += width, dy += width, dx += width)
            LaneLoop.Run<TLanes, InputGradient>(new(x, dy, dx, vectors, g.Pitch, adds), width);
    }

    // y = act((x − center)·scale + shift)
    private readonly struct Normalise(float* x, float* center, float* scale, float* shift, float* y) : ILaneBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<T>(nint c)
            where T : unmanaged, ILanes<T> =>
            T.Store(TActivation.Forward(T.MultiplyAdd(T.Load(x + c) - T.Load(center + c), T.Load(scale + c), T.Load(shift + c))), y + c);
    }

    // dx (+)= dz·scale + (x − center)·slope + offset
    private readonly struct InputGradient(float* x, float* dy, float* dx, float* vectors, nint pitch, bool adds) : ILaneBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<T>(nint c)
            where T : unmanaged, ILanes<T>
        {
            float* v = vectors + c;
            T centered = T.Load(x + c) - T.Load(v + (Center * pitch)), scale = T.Load(v + (Scale * pitch));
            T dz = T.Load(dy + c) * TActivation.Gradient(T.MultiplyAdd(centered, scale, T.Load(v + (Shift * pitch))));
            T value = T.MultiplyAdd(centered, T.Load(v + (Slope * pitch)), T.Load(v + (Offset * pitch)));
            LaneStore.SetOrAdd(T.MultiplyAdd(dz, scale, value), dx + c, adds);
        }
    }
}
