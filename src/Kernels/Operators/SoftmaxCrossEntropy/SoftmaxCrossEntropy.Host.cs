using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>Vectorised over classes; a part is a range of positions. Losses are summed in double precision, the parts in order.</summary>
internal sealed unsafe class SoftmaxCrossEntropyHost<TLanes> : Launcher
    where TLanes : unmanaged, ILanes<TLanes>
{
    // About what an exponential and its surroundings cost, by which positions are shared out.
    private const int OperationsPerLogit = 32;

    private readonly SoftmaxCrossEntropy op;
    private readonly Workers workers;
    private readonly int positions, pixels, classes, parts;
    private readonly float smoothing;
    private readonly double[] losses, weights;
    private readonly Action<int> forwardPart, backwardPart;
    private Operands current = null!;
    private float scale;

    public SoftmaxCrossEntropyHost(Device device, SoftmaxCrossEntropy op)
    {
        this.op = op;
        workers = device.Workers;
        (positions, pixels, classes, smoothing) = (op.Logits.Rows, op.Logits.Pixels, op.Logits.C, op.LabelSmoothing);
        parts = Math.Min(positions, WorkParts.Count(OperationsPerLogit * op.Logits.Elements, 0));
        (losses, weights) = (new double[parts], new double[parts]);
        (forwardPart, backwardPart) = (ForwardPart, BackwardPart);
    }

    public override void Forward(Operands o)
    {
        RequireLabels((int*)o.Inputs[1].Pointer);
        if (op.Mixed)
            RequireLabels((int*)o.Inputs[2].Pointer);
        current = o;
        workers.Run(parts, forwardPart);
        double loss = 0, weight = 0;
        for (int part = 0; part < parts; part++)
        {
            loss += losses[part];
            weight += weights[part];
        }
        *o.Output.Pointer = (float)(loss / weight);
        if (o.Saved.Length > 0)
            *o.Saved[2].Pointer = (float)weight;
    }

    public override void Backward(Operands o)
    {
        if (!o.DInput.IsWanted)
            return;
        current = o;
        scale = *o.DOutput.Pointer / *o.Saved[2].Pointer;
        workers.Run(parts, backwardPart);
    }

    private void RequireLabels(int* labels)
    {
        for (int i = 0; i < positions; i++)
        {
            if ((uint)labels[i] >= (uint)classes && labels[i] != op.IgnoreLabel)
                throw new GpuNetException(Message(i, labels[i]));
        }
    }

    private string Message(int position, int label)
    {
        (int n, int pixel) = Math.DivRem(position, pixels);
        (int h, int w) = Math.DivRem(pixel, op.Logits.W);
        return $"SoftmaxCrossEntropy: a label is a class number: expected 0 to {classes - 1}"
            + $"{(op.IgnoreLabel is { } ignore ? $", or {ignore} to be ignored" : "")}, "
            + $"image {n}{(pixels > 1 ? $", row {h}, column {w}" : "")} has {label}.";
    }

    private void ForwardPart(int part)
    {
        double loss = 0, weight = 0;
        for (int i = WorkParts.Start(part, parts, positions), end = WorkParts.Start(part + 1, parts, positions); i < end; i++)
        {
            float* x = current.Inputs[0].Pointer + ((long)i * classes);
            float max = Maximum(x), log = MathF.Log(Sum(x, max));
            if (current.Saved.Length > 0)
            {
                current.Saved[0].Pointer[i] = max;
                current.Saved[1].Pointer[i] = log;
            }
            Target t = TargetOf(i);
            float even = smoothing > 0 ? log - (smoothing * (Distance(x, max) / classes)) : log;
            loss += Term(x, t.Label, t.Part, max, even) + Term(x, t.Second, t.Rest, max, even);
            weight += t.Part + t.Rest;
        }
        (losses[part], weights[part]) = (loss, weight);
    }

    private void BackwardPart(int part)
    {
        for (int i = WorkParts.Start(part, parts, positions), end = WorkParts.Start(part + 1, parts, positions); i < end; i++)
            BackwardPosition(i);
    }

    // What a label's share of the position adds to the loss.
    private float Term(float* x, int label, float part, float max, float even) =>
        part == 0 ? 0 : part * (even - ((1 - smoothing) * (x[label] - max)));

    // The labels of a position, and their shares in it; 0 for one that is ignored or not there.
    private Target TargetOf(int i)
    {
        int label = ((int*)current.Inputs[1].Pointer)[i];
        if (!op.Mixed)
            return new Target(label, label == op.IgnoreLabel ? 0 : 1, 0, 0);
        int second = ((int*)current.Inputs[2].Pointer)[i];
        float share = current.Inputs[3].Pointer[i / pixels];
        return new Target(label, label == op.IgnoreLabel ? 0 : share, second, second == op.IgnoreLabel ? 0 : 1 - share);
    }

    private float Maximum(float* x)
    {
        float max = x[0];
        int k = 0;
        if (classes >= TLanes.Count)
        {
            TLanes lanes = TLanes.Load(x);
            for (k = TLanes.Count; k <= classes - TLanes.Count; k += TLanes.Count)
                lanes = TLanes.Max(lanes, TLanes.Load(x + k));
            max = TLanes.MaxLane(lanes);
        }
        for (; k < classes; k++)
            max = MathF.Max(max, x[k]);
        return max;
    }

    // Σ exp(x − max)
    private float Sum(float* x, float max)
    {
        TLanes top = TLanes.Create(max), sums = TLanes.Create(0);
        int k = 0;
        for (; k <= classes - TLanes.Count; k += TLanes.Count)
            sums += TLanes.Exp(TLanes.Load(x + k) - top);
        float sum = TLanes.Sum(sums);
        for (; k < classes; k++)
            sum += MathF.Exp(x[k] - max);
        return sum;
    }

    // Σ (x − max)
    private float Distance(float* x, float max)
    {
        TLanes top = TLanes.Create(max), distances = TLanes.Create(0);
        int k = 0;
        for (; k <= classes - TLanes.Count; k += TLanes.Count)
            distances += TLanes.Load(x + k) - top;
        float distance = TLanes.Sum(distances);
        for (; k < classes; k++)
            distance += x[k] - max;
        return distance;
    }

    private void BackwardPosition(int i)
    {
        long row = (long)i * classes;
        float* x = current.Inputs[0].Pointer + row;
        float* dx = current.DInput.Tensor.Pointer + row;
        if (!current.DInput.Adds)
            new Span<float>(dx, classes).Clear();
        Target t = TargetOf(i);
        float weight = t.Part + t.Rest;
        // Where all positions are ignored the scale is dy/0, and 0 times that no number.
        if (weight == 0)
            return;
        // The labels' own shares of the target go in first, so that the loop has no exception for them.
        if (t.Part != 0)
            dx[t.Label] -= (1 - smoothing) * t.Part * scale;
        if (t.Rest != 0)
            dx[t.Second] -= (1 - smoothing) * t.Rest * scale;
        float max = current.Saved[0].Pointer[i], log = current.Saved[1].Pointer[i];
        int k = 0;
        for (; k <= classes - TLanes.Count; k += TLanes.Count)
            AddDifference<TLanes>(x + k, dx + k, max, log, weight * scale);
        for (; k < classes; k++)
            AddDifference<Lanes1>(x + k, dx + k, max, log, weight * scale);
    }

    // dx += (exp(x − max − log) − e/K) · scale
    private void AddDifference<T>(float* x, float* dx, float max, float log, float scale)
        where T : unmanaged, ILanes<T>
    {
        T probability = T.Exp(T.Load(x) - T.Create(max) - T.Create(log));
        T.Store(T.MultiplyAdd(probability - T.Create(smoothing / classes), T.Create(scale), T.Load(dx)), dx);
    }

    private readonly record struct Target(int Label, float Part, int Second, float Rest);
}
