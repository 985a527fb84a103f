using System.Runtime.CompilerServices;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>
/// A part is a range of elements. Its losses are summed in short runs of lanes, the runs and the parts in double precision.
/// </summary>
internal sealed unsafe class ElementwiseLossHost<TLanes, TLoss> : Launcher
    where TLanes : unmanaged, ILanes<TLanes>
    where TLoss : unmanaged, ILoss
{
    // So few terms a lane that float32 loses next to nothing; long against the sum of the lanes that ends a run.
    private const int RunRegisters = 32;

    private readonly Workers workers;
    private readonly HostPass backward;
    private readonly long count;
    private readonly int parts;
    private readonly float delta;
    private readonly bool weighted;
    private readonly double[] values, weights;
    private readonly Action<int> sumPart;
    private Operands current = null!;
    private float scale;

    public ElementwiseLossHost(Device device, ElementwiseLoss op)
    {
        workers = device.Workers;
        (count, delta, weighted) = (op.Prediction.Elements, op.Delta, op.Weighted);
        parts = WorkParts.Count(0, count);
        (values, weights) = (new double[parts], new double[parts]);
        sumPart = SumPart;
        backward = HostPass.OverElements(device, op.Prediction, BackwardPart);
    }

    public override void Forward(Operands o)
    {
        current = o;
        workers.Run(parts, sumPart);
        double value = 0, weight = 0;
        for (int part = 0; part < parts; part++)
        {
            value += values[part];
            weight += weights[part];
        }
        double divisor = weight < 1 ? 1 : weight;
        *o.Output.Pointer = (float)(value / divisor);
        if (o.Saved.Length > 0)
            *o.Saved[0].Pointer = (float)divisor;
    }

    public override void Backward(Operands o)
    {
        if (!o.DInput.IsWanted)
            return;
        scale = *o.DOutput.Pointer / *o.Saved[0].Pointer;
        backward.Run(o);
    }

    private void SumPart(int part)
    {
        long first = part * count / parts, end = (part + 1) * count / parts;
        float* x = current.Inputs[0].Pointer, target = current.Inputs[1].Pointer, weight = weighted ? current.Inputs[2].Pointer : null;
        double value = 0, sum = 0;
        for (long run = first; run < end; run += RunRegisters * TLanes.Count)
        {
            nint i = (nint)run, stop = (nint)Math.Min(end, run + (RunRegisters * TLanes.Count));
            TLanes runValue = TLanes.Create(0), runWeight = runValue;
            for (; i <= stop - TLanes.Count; i += TLanes.Count)
                Add(x + i, target + i, weight is null ? null : weight + i, ref runValue, ref runWeight);
            Lanes1 lastValue = default, lastWeight = default;
            for (; i < stop; i++)
                Add(x + i, target + i, weight is null ? null : weight + i, ref lastValue, ref lastWeight);
            value += TLanes.Sum(runValue) + Lanes1.Sum(lastValue);
            sum += TLanes.Sum(runWeight) + Lanes1.Sum(lastWeight);
        }
        (values[part], weights[part]) = (value, weighted ? sum : end - first);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add<T>(float* x, float* target, float* weight, ref T value, ref T sum)
        where T : unmanaged, ILanes<T>
    {
        T loss = TLoss.Value(T.Load(x), T.Load(target), T.Create(delta));
        if (weight is null)
        {
            value += loss;
            return;
        }
        T w = T.Load(weight);
        value += Weighted(w, loss);
        sum += w;
    }

    private void BackwardPart(Operands o, int image, long first, int elements) => LaneLoop.Run<TLanes, Slope>(
        new(o.Inputs[0].Pointer + first, o.Inputs[1].Pointer + first, weighted ? o.Inputs[2].Pointer + first : null,
            o.DInput.Tensor.Pointer + first, delta, scale, o.DInput.Adds),
        elements);

    // w·v; nothing where there is no weight, whatever v is.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Weighted<T>(T w, T v)
        where T : unmanaged, ILanes<T>
    {
        T zero = T.Create(0);
        return T.WhereGreater(T.Abs(w), zero, w * v, zero);
    }

    // dx (+)= w·l'(x, t) · dloss/W
    private readonly struct Slope(float* x, float* target, float* weight, float* dx, float delta, float scale, bool adds) : ILaneBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<T>(nint i)
            where T : unmanaged, ILanes<T>
        {
            T slope = TLoss.Slope(T.Load(x + i), T.Load(target + i), T.Create(delta));
            if (weight is not null)
                slope = Weighted(T.Load(weight + i), slope);
            LaneStore.SetOrAdd(slope * T.Create(scale), dx + i, adds);
        }
    }
}
