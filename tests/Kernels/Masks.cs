using GpuNet.Kernels;

namespace GpuNet.Tests.Kernels;

/// <summary>The random choices of an operator, made visible by an input of ones.</summary>
internal static class Masks
{
    /// <summary>The outputs of as many steps as asked for, with consecutive seeds, one after the other.</summary>
    public static float[] Of(Operator op, uint firstSeed, int steps)
    {
        Device device = TestDevices.Get("cpu");
        Launcher launcher = op.Bind(device);
        long size = Arena.Align(op.Output.Bytes);
        using Arena arena = Unwritten.Arena(device, 2 * size);
        var o = new Operands { Inputs = [arena.At(0, op.Output)], Output = arena.At(size, op.Output), Training = true };
        o.Input.Span.Fill(1);
        int elements = (int)op.Output.Elements;
        var outputs = new float[elements * steps];
        for (int step = 0; step < steps; step++)
        {
            o.Seed = firstSeed + (uint)step;
            launcher.Forward(o);
            o.Output.Span.CopyTo(outputs.AsSpan(step * elements));
        }
        return outputs;
    }
}
