namespace GpuNet.Kernels;

/// <summary>Both directions of dropout and stochastic depth: a masked, scaled copy.</summary>
internal sealed class RandomMaskLauncher(Device device, Shape input, int each, float rate) : Launcher
{
    private readonly Kernel<View, View, int, int, uint, uint, float, int> apply = new(device, RandomMaskKernels.Apply);
    private readonly int count = checked((int)input.Elements);
    private readonly uint threshold = RandomMask.Threshold(rate);
    private readonly float scale = 1f / (1f - rate);

    public override bool UsesSeed => true;

    public override void Forward(Operands o) => Apply(o, o.Input.View, o.Output.View, 0);

    public override void Backward(Operands o)
    {
        if (o.DInput.IsWanted)
            Apply(o, o.DOutput.View, o.DInput.Tensor.View, o.DInput.AddFlag);
    }

    // Out of training every hash reaches threshold 0, and the scale is 1.
    private void Apply(Operands o, View x, View y, int add) =>
        apply.Run(count, x, y, count, each, RandomMask.Key(o.Seed), o.Training ? threshold : 0u, o.Training ? scale : 1f, add);
}
