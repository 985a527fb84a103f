using System.Numerics.Tensors;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>Row by row with span primitives; linear layers use it too.</summary>
internal sealed unsafe class PointwiseConvHost : Launcher
{
    private readonly Workers workers;
    private readonly int rows, inputs, outputs;
    private readonly bool bias;
    private readonly Action<int> forwardRow, backwardRow, weightRow;
    private Operands current = null!;

    private PointwiseConvHost(Device device, int rows, int inputs, int outputs, bool bias)
    {
        workers = device.Workers;
        (this.rows, this.inputs, this.outputs, this.bias) = (rows, inputs, outputs, bias);
        forwardRow = ForwardRow;
        backwardRow = BackwardRow;
        weightRow = WeightRow;
    }

    public static Launcher Create(Device device, int rows, int inputs, int outputs, bool bias) =>
        new PointwiseConvHost(device, rows, inputs, outputs, bias);

    public override void Forward(Operands o)
    {
        current = o;
        workers.Run(rows, forwardRow);
    }

    public override void Backward(Operands o)
    {
        current = o;
        if (o.DInput.IsWanted)
            workers.Run(rows, backwardRow);
        if (!o.DParameters[0].IsNone)
            workers.Run(inputs, weightRow);
        if (bias && !o.DParameters[1].IsNone)
            HostReduce.AddRows(o.DOutput.Pointer, rows, o.DParameters[1].Span);
    }

    private void ForwardRow(int row)
    {
        var y = new Span<float>(current.Output.Pointer + ((long)row * outputs), outputs);
        float* x = current.Input.Pointer + ((long)row * inputs);
        float* weight = current.Parameters[0].Pointer;
        y.Clear();
        if (bias)
            current.Parameters[1].Span.CopyTo(y);
        for (int c = 0; c < inputs; c++)
            TensorPrimitives.MultiplyAdd(new ReadOnlySpan<float>(weight + ((long)c * outputs), outputs), x[c], y, y);
    }

    private void BackwardRow(int row)
    {
        var dy = new ReadOnlySpan<float>(current.DOutput.Pointer + ((long)row * outputs), outputs);
        float* dx = current.DInput.Tensor.Pointer + ((long)row * inputs);
        float* weight = current.Parameters[0].Pointer;
        for (int c = 0; c < inputs; c++)
        {
            float sum = TensorPrimitives.Dot(dy, new ReadOnlySpan<float>(weight + ((long)c * outputs), outputs));
            dx[c] = current.DInput.Adds ? dx[c] + sum : sum;
        }
    }

    private void WeightRow(int c)
    {
        var dweight = new Span<float>(current.DParameters[0].Pointer + ((long)c * outputs), outputs);
        for (int row = 0; row < rows; row++)
        {
            var dy = new ReadOnlySpan<float>(current.DOutput.Pointer + ((long)row * outputs), outputs);
            TensorPrimitives.MultiplyAdd(dy, current.Input.Pointer[((long)row * inputs) + c], dweight, dweight);
        }
    }
}
