using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>Vectorised over classes; a part is an image. The images' losses are summed in order.</summary>
internal sealed unsafe class SoftmaxCrossEntropyHost<TLanes> : Launcher
    where TLanes : unmanaged, ILanes<TLanes>
{
    private readonly Workers workers;
    private readonly int images, classes;
    private readonly float smoothing;
    private readonly Action<int> forwardImage, backwardImage;
    private Operands current = null!;

    public SoftmaxCrossEntropyHost(Device device, SoftmaxCrossEntropy op)
    {
        workers = device.Workers;
        (images, classes, smoothing) = (op.Logits.N, op.Logits.C, op.LabelSmoothing);
        forwardImage = ForwardImage;
        backwardImage = BackwardImage;
    }

    // The loss of each image, before they are summed.
    public override long WorkspaceElements => images;

    public override void Forward(Operands o)
    {
        RequireLabels(o.Inputs[1].Pointer);
        current = o;
        workers.Run(images, forwardImage);
        float* losses = o.Workspace.Pointer;
        float sum = 0;
        for (int n = 0; n < images; n++)
            sum += losses[n];
        *o.Output.Pointer = sum / images;
    }

    public override void Backward(Operands o)
    {
        current = o;
        if (o.DInput.IsWanted)
            workers.Run(images, backwardImage);
    }

    private void RequireLabels(float* labels)
    {
        for (int n = 0; n < images; n++)
        {
            if (!(labels[n] >= 0 && labels[n] < classes))
            {
                throw new GpuNetException(
                    $"SoftmaxCrossEntropy: a label is a class number: expected 0 to {classes - 1}, image {n} has {labels[n]}.");
            }
        }
    }

    private void ForwardImage(int n)
    {
        float* x = current.Inputs[0].Pointer + ((long)n * classes);
        float max = Maximum(x);
        (float sum, float distance) = Sums(x, max);
        float log = MathF.Log(sum);
        if (current.Saved.Length > 0)
        {
            current.Saved[0].Pointer[n] = max;
            current.Saved[1].Pointer[n] = log;
        }
        int label = (int)current.Inputs[1].Pointer[n];
        current.Workspace.Pointer[n] = log - ((1 - smoothing) * (x[label] - max)) - (smoothing * (distance / classes));
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

    // Σ exp(x − max) and Σ (x − max)
    private (float Sum, float Distance) Sums(float* x, float max)
    {
        TLanes top = TLanes.Create(max), sums = TLanes.Create(0), distances = sums;
        int k = 0;
        for (; k <= classes - TLanes.Count; k += TLanes.Count)
        {
            TLanes below = TLanes.Load(x + k) - top;
            sums += TLanes.Exp(below);
            distances += below;
        }
        float sum = TLanes.Sum(sums), distance = TLanes.Sum(distances);
        for (; k < classes; k++)
        {
            sum += MathF.Exp(x[k] - max);
            distance += x[k] - max;
        }
        return (sum, distance);
    }

    private void BackwardImage(int n)
    {
        long row = (long)n * classes;
        float* x = current.Inputs[0].Pointer + row;
        float* dx = current.DInput.Tensor.Pointer + row;
        float max = current.Saved[0].Pointer[n], log = current.Saved[1].Pointer[n];
        float scale = *current.DOutput.Pointer / images;
        int label = (int)current.Inputs[1].Pointer[n];
        if (!current.DInput.Adds)
            new Span<float>(dx, classes).Clear();
        // The label's own share of the target goes in first, so that the loop has no exception for it.
        dx[label] -= (1 - smoothing) * scale;
        int k = 0;
        for (; k <= classes - TLanes.Count; k += TLanes.Count)
            AddDifference<TLanes>(x + k, dx + k, max, log, scale);
        for (; k < classes; k++)
            AddDifference<Lanes1>(x + k, dx + k, max, log, scale);
    }

    // dx += (exp(x − max − log) − e/K) · scale
    private void AddDifference<T>(float* x, float* dx, float max, float log, float scale)
        where T : unmanaged, ILanes<T>
    {
        T probability = T.Exp(T.Load(x) - T.Create(max) - T.Create(log));
        T.Store(T.MultiplyAdd(probability - T.Create(smoothing / classes), T.Create(scale), T.Load(dx)), dx);
    }
}
