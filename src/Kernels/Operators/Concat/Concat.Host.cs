using System.Numerics.Tensors;

namespace GpuNet.Kernels;

/// <summary>A part is a block of rows, so that the wide tensor streams once while each narrow one follows it.</summary>
internal sealed unsafe class ConcatHost : Launcher
{
    // 64 KiB of the wide tensor: far above the cost of handing out a part, and small enough to spread over many cores.
    private const int PartElements = 16384;

    private readonly Workers workers;
    private readonly int rows, rowsPerPart, parts, allChannels;
    private readonly int[] channels;
    private readonly Action<int> forwardPart, backwardPart;
    private Operands current = null!;

    public ConcatHost(Device device, Concat op)
    {
        workers = device.Workers;
        (rows, allChannels) = (op.Output.Rows, op.Output.C);
        channels = [.. op.Inputs.Select(s => s.C)];
        rowsPerPart = Math.Max(1, PartElements / allChannels);
        parts = (rows + rowsPerPart - 1) / rowsPerPart;
        forwardPart = ForwardPart;
        backwardPart = BackwardPart;
    }

    public override void Forward(Operands o)
    {
        current = o;
        workers.Run(parts, forwardPart);
    }

    public override void Backward(Operands o)
    {
        current = o;
        workers.Run(parts, backwardPart);
    }

    private void ForwardPart(int part)
    {
        int first = part * rowsPerPart, end = Math.Min(first + rowsPerPart, rows);
        for (int i = 0, offset = 0; i < channels.Length; offset += channels[i++])
        {
            float* x = current.Inputs[i].Pointer;
            float* y = current.Output.Pointer + offset;
            for (long row = first; row < end; row++)
                Copy(x + (row * channels[i]), y + (row * allChannels), channels[i]);
        }
    }

    private void BackwardPart(int part)
    {
        int first = part * rowsPerPart, end = Math.Min(first + rowsPerPart, rows);
        for (int i = 0, offset = 0; i < current.DInputs.Length; offset += channels[i++])
        {
            Gradient gradient = current.DInputs[i];
            if (!gradient.IsWanted)
                continue;
            float* dx = gradient.Tensor.Pointer;
            float* dy = current.DOutput.Pointer + offset;
            for (long row = first; row < end; row++)
            {
                if (gradient.Adds)
                    AddTo(dy + (row * allChannels), dx + (row * channels[i]), channels[i]);
                else
                    Copy(dy + (row * allChannels), dx + (row * channels[i]), channels[i]);
            }
        }
    }

    private static void Copy(float* from, float* to, int count) => new ReadOnlySpan<float>(from, count).CopyTo(new Span<float>(to, count));

    private static void AddTo(float* from, float* to, int count)
    {
        var target = new Span<float>(to, count);
        TensorPrimitives.Add(target, new ReadOnlySpan<float>(from, count), target);
    }
}
