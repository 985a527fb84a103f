using ILGPU;
using ILGPU.Algorithms;

namespace GpuNet.Kernels;

/// <summary>
/// A batch norm within a bottleneck: it becomes the factors by which its input is read, and has kernels of its own backward alone.
/// </summary>
internal sealed class BottleneckNorm
{
    private readonly MomentsCombine? combine;
    private readonly Kernel<View, View, View, View, View, int, int, float> factors;
    private readonly Launcher backward;
    private readonly BatchNorm op;
    private readonly int parameter, statistic;

    /// <summary>Loads the kernels.</summary>
    /// <param name="device">Where to run.</param>
    /// <param name="op">The norm.</param>
    /// <param name="moments">What is left of its input.</param>
    /// <param name="parameter">Its first parameter among those of the bottleneck.</param>
    /// <param name="statistic">Its mean among what the bottleneck saves; the inverse deviation is behind it.</param>
    public BottleneckNorm(Device device, BatchNorm op, Moments moments, int parameter, int statistic)
    {
        (this.op, this.parameter, this.statistic) = (op, parameter, statistic);
        combine = op.Input.Rows > 1 ? new MomentsCombine(device, moments, op.Input.Rows, op.Epsilon, op.Momentum) : null;
        factors = new(device, BottleneckNormKernels.Factors);
        backward = op.Bind(device);
    }

    /// <summary>Elements of the factors.</summary>
    public int FactorElements => 2 * op.Input.C;

    /// <summary>Scratch memory of <see cref="Backward"/>.</summary>
    public long WorkspaceElements => backward.WorkspaceElements;

    /// <summary>In training makes statistics and factors of moments, else factors of the running statistics.</summary>
    public void Forward(Operands o, View moments, View target)
    {
        if (!o.Training)
        {
            Factors(o, target);
            return;
        }
        combine!.Run(moments, o.Parameters[parameter].View, o.Parameters[parameter + 1].View, Mean(o), o.Saved[statistic + 1].View,
            o.Parameters[parameter + 2].View, o.Parameters[parameter + 3].View, target);
    }

    /// <summary>Makes the same factors once more.</summary>
    public void Factors(Operands o, View target) =>
        factors.Run(op.Input.C, o.Parameters[parameter].View, o.Parameters[parameter + 1].View, Mean(o),
            o.Training ? o.Saved[statistic + 1].View : o.Parameters[parameter + 3].View, target, op.Input.C, o.Training ? 0 : 1,
            op.Epsilon);

    /// <summary>The mean that its input is told apart from.</summary>
    public View Mean(Operands o) => o.Training ? o.Saved[statistic].View : o.Parameters[parameter + 2].View;

    /// <summary>What <see cref="Backward"/> takes.</summary>
    /// <param name="o">Operands of the bottleneck.</param>
    /// <param name="z">Input of the norm.</param>
    /// <param name="dOutput">Gradient of its output.</param>
    /// <param name="dInput">Receives the gradient of its input.</param>
    /// <param name="workspace">Scratch memory.</param>
    public Operands Bind(Operands o, Tensor z, Tensor dOutput, Tensor dInput, Tensor workspace)
    {
        var vector = Shape.Vector(op.Input.C);
        return new Operands
        {
            Training = o.Training,
            Inputs = [z],
            Parameters = o.Parameters[parameter..(parameter + 4)],
            DParameters = o.DParameters[parameter..(parameter + 4)],
            Saved = [o.Saved[statistic].Slice(0, vector), o.Saved[statistic + 1].Slice(0, vector)],
            Workspace = workspace,
            DOutput = dOutput,
            DInputs = [new Gradient(dInput, GradientMode.Set)],
        };
    }

    /// <summary>Gradients of its input and parameters.</summary>
    public void Backward(Operands bound) => backward.Backward(bound);
}

internal static class BottleneckNormKernels
{
    // A thread owns the factors of a channel (see NormPrologue), from a mean and either an inverse deviation or a variance. Nothing is
    // shared; accesses are contiguous.
    public static void Factors(View weight, View bias, View mean, View spread, View factors, int channels, int isVariance, float epsilon)
    {
        int c = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (c >= channels)
            return;
        float scale = weight[c] * (isVariance != 0 ? 1f / XMath.Sqrt(spread[c] + epsilon) : spread[c]);
        factors[c] = scale;
        factors[channels + c] = bias[c] - (mean[c] * scale);
    }
}
