using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

internal sealed unsafe partial class InvertedBottleneckHost<TLanes, TActivation>
{
    private readonly Action<int> sumPart, projectBackPart, expandBackPart;

    public override void Backward(Operands o)
    {
        Bind(o);
        Pack(packBackPart);
        norm3.PrepareBackward();
        norm2.PrepareBackward();
        workers.Run(parts, sumPart);
        norm3.CombineGradients(parts);
        workers.Run(projectParts, projectBackPart);
        norm2.CombineGradients(projectParts);
        AddProjectWeights();
        if (expands)
            norm1.PrepareBackward();
        workers.Run(parts, filterBackPart);
        AddFilterWeights();
        if (!expands)
            return;
        norm1.CombineGradients(parts);
        workers.Run(expandParts, expandBackPart);
        AddExpandWeights();
    }

    private void SumPart(int part)
    {
        int row = WorkParts.Start(part, parts, rows2), end = WorkParts.Start(part + 1, parts, rows2);
        norm3.BeginSums(part);
        norm3.AddGradients(part, current.DOutput.Pointer + ((long)row * channels), z3 + ((long)row * channels), end - row);
    }

    // dz3 from dy; da2 = dz3·wᵀ·act'(norm(z2)) and its sums; dw += h2ᵀ·dz3 while both are at hand.
    private void ProjectBackPart(int part)
    {
        int row = WorkParts.Start(part, projectParts, rows2), end = WorkParts.Start(part + 1, projectParts, rows2), piece = pool.Take();
        bool isApart = projectWeights is not null;
        float* block = Piece(piece), dz = block + (blockRows * pitch), zeros = dz + (2 * blockRows * channelsPitch);
        float* sums = At(partials) + ((long)part * channels * pitch);
        new Span<float>(zeros, TileTable<TLanes>.MaxWidth * TLanes.Count).Clear();
        norm2.BeginSums(part);
        for (bool starts = true; row < end; row += blockRows, starts = false)
        {
            int count = Math.Min(blockRows, end - row);
            OutputGradientRows(row, dz, isApart ? At(result) : null, count);
            Multiply(dz, channelsPitch, At(packed2), projectBackPanels, block, pitch, count, null);
            ActivationRows(part, block, (long)row * pitch, isApart ? At(hidden1) + ((long)row * pitch) : block, count);
            if (!isApart)
                MultiplyTransposed(dz, channelsPitch, channels, block, count, sums, starts ? zeros : null);
        }
        pool.Return(piece);
    }

    // dz1 from da1; dx (+)= dz1·wᵀ + dy; dw += xᵀ·dz1.
    private void ExpandBackPart(int part)
    {
        int row = WorkParts.Start(part, expandParts, rows1), end = WorkParts.Start(part + 1, expandParts, rows1), piece = pool.Take();
        bool isApart = expandWeights is not null, wantsWeights = !current.DParameters[0].IsNone;
        float* zeros = Piece(piece), scratchBlock = zeros + (TileTable<TLanes>.MaxWidth * TLanes.Count);
        float* sums = At(partials) + ((long)part * narrow * pitch);
        new Span<float>(zeros, TileTable<TLanes>.MaxWidth * TLanes.Count).Clear();
        for (bool starts = true; row < end; row += blockRows, starts = false)
        {
            int count = Math.Min(blockRows, end - row);
            float* block = isApart ? d1 + ((long)row * pitch) : scratchBlock;
            GradientRows(norm1, d1, z1, row, block, count);
            if (current.DInput.IsWanted)
                InputRows(block, row, count);
            if (!isApart && wantsWeights)
                MultiplyTransposed(current.Input.Pointer + ((long)row * narrow), narrow, narrow, block, count, sums,
                    starts ? zeros : null);
        }
        pool.Return(piece);
    }

    private void InputRows(float* dz, int row, int count)
    {
        long first = (long)row * narrow;
        float* dx = current.DInput.Tensor.Pointer + first, start = current.DInput.Adds ? dx : null;
        if (op.Residual)
        {
            start = current.DOutput.Pointer + first;
            if (current.DInput.Adds)
            {
                var target = new Span<float>(dx, count * narrow);
                TensorPrimitives.Add(target, new ReadOnlySpan<float>(start, count * narrow), target);
                start = dx;
            }
        }
        Multiply(dz, pitch, At(packed1), expandBackPanels, dx, narrow, count, start);
    }

    // dz3 = dy·scale + (z3 − μ)·slope + offset, padded; and once more as it is, if that is asked for.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void OutputGradientRows(int row, float* dz, float* kept, int count)
    {
        float* dy = current.DOutput.Pointer + ((long)row * channels), z = z3 + ((long)row * channels);
        for (int c = 0; c < channels; c += TLanes.Count)
        {
            int valid = channels - c;
            TLanes center = TLanes.Load(norm3.Center + c), scale = TLanes.Load(norm3.Scale + c);
            TLanes slope = TLanes.Load(norm3.Slope + c), offset = TLanes.Load(norm3.Offset + c);
            float* to = dz + c;
            for (int i = 0, at = c; i < count; i++, at += channels, to += channelsPitch)
            {
                TLanes value = TLanes.MultiplyAdd(TLanes.LoadFirst(z + at, valid) - center, slope, offset);
                value = TLanes.MultiplyAdd(TLanes.LoadFirst(dy + at, valid), scale, value);
                TLanes.Store(value, to);
                if (kept is not null)
                    TLanes.StoreFirst(value, kept + ((long)row * channels) + at, valid);
            }
        }
    }

    // da2 = dh2·act'(norm(z2)) and its sums; h2 = act(norm(z2)), which may take the place of dh2.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ActivationRows(int part, float* dh, long first, float* h, int count)
    {
        float* z = z2 + first, da = d2 + first, sums = norm2.RunSums(part);
        nint ahead = RowsAtOnce * pitch;
        for (int row = 0; row < count; row += RowsAtOnce)
        {
            int some = Math.Min(RowsAtOnce, count - row);
            for (int c = 0; c < pitch; c += TLanes.Count)
            {
                TLanes center = TLanes.Load(norm2.Center + c), scale = TLanes.Load(norm2.Scale + c), shift = TLanes.Load(norm2.Shift + c);
                TLanes s = TLanes.Load(sums + c), q = TLanes.Load(sums + pitch + c);
                for (int i = 0, at = c; i < some; i++, at += pitch)
                {
                    CacheHint.Fetch(z + at + ahead);
                    TLanes d = TLanes.Load(z + at) - center, normal = TLanes.MultiplyAdd(d, scale, shift);
                    TLanes value = TLanes.Load(dh + at) * TActivation.Gradient(normal);
                    if (streams2)
                        CacheHint.Store(value, da + at);
                    else
                        TLanes.Store(value, da + at);
                    TLanes.Store(TActivation.Forward(normal), h + at);
                    s += value;
                    q = TLanes.MultiplyAdd(value, d, q);
                }
                TLanes.Store(s, sums + c);
                TLanes.Store(q, sums + pitch + c);
            }
            z += some * pitch;
            dh += some * pitch;
            da += some * pitch;
            h += some * pitch;
            if ((row + some) % GatheredNorm<TLanes>.Run == 0 || row + some == count)
                norm2.EndRun(part);
        }
    }

    // dz = da·scale + (z − μ)·slope + offset for rows of whole registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void GradientRows(GatheredNorm<TLanes> norm, float* da, float* z, long firstRow, float* target, int count)
    {
        da += firstRow * pitch;
        z += firstRow * pitch;
        nint ahead = RowsAtOnce * pitch;
        for (; count > 0; count -= RowsAtOnce)
        {
            int some = Math.Min(RowsAtOnce, count);
            for (int c = 0; c < pitch; c += TLanes.Count)
            {
                TLanes center = TLanes.Load(norm.Center + c), scale = TLanes.Load(norm.Scale + c);
                TLanes slope = TLanes.Load(norm.Slope + c), offset = TLanes.Load(norm.Offset + c);
                for (int i = 0, at = c; i < some; i++, at += pitch)
                {
                    CacheHint.Fetch(z + at + ahead);
                    CacheHint.Fetch(da + at + ahead);
                    TLanes value = TLanes.MultiplyAdd(TLanes.Load(z + at) - center, slope, offset);
                    TLanes.Store(TLanes.MultiplyAdd(TLanes.Load(da + at), scale, value), target + at);
                }
            }
            da += some * pitch;
            z += some * pitch;
            target += some * pitch;
        }
    }
}
