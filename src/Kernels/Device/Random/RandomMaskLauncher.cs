namespace GpuNet.Kernels;

/// <summary>Both directions of dropout and stochastic depth: a masked, scaled copy.</summary>
internal abstract class RandomMaskLauncher(float rate) : Launcher
{
    private readonly uint threshold = RandomMask.Threshold(rate);
    private readonly float scale = 1f / (1f - rate);

    public override bool UsesSeed => true;

    public override void Forward(Operands o) => Apply(o, o.Input.View, o.Output.View, 0);

    public override void Backward(Operands o)
    {
        if (o.DInput.IsWanted)
            Apply(o, o.DOutput.View, o.DInput.Tensor.View, o.DInput.AddFlag);
    }

    /// <summary>Queues the copy.</summary>
    private protected abstract void Run(View x, View y, uint key, uint limit, float factor, int add);

    // Out of training every hash reaches threshold 0, and the scale is 1.
    private void Apply(Operands o, View x, View y, int add) =>
        Run(x, y, RandomMask.Key(o.Seed), o.Training ? threshold : 0u, o.Training ? scale : 1f, add);
}

/// <summary>One thread an element.</summary>
internal sealed class RandomMaskPlain(Device device, Shape input, int each, float rate) : RandomMaskLauncher(rate)
{
    private readonly Kernel<View, View, int, int, uint, uint, float, int> apply = new(device, RandomMaskKernels.Apply);
    private readonly int count = checked((int)input.Elements);

    private protected override void Run(View x, View y, uint key, uint limit, float factor, int add) =>
        apply.Run(count, x, y, count, each, key, limit, factor, add);
}

/// <summary>Four elements a thread.</summary>
internal sealed class RandomMaskVector : RandomMaskLauncher
{
    private readonly Kernel<View, View, ElementwiseGeometry, uint, uint, float, int> apply;
    private readonly ElementwiseGrid grid;

    /// <summary>Loads the kernel.</summary>
    /// <param name="device">Device.</param>
    /// <param name="rows">What is masked.</param>
    /// <param name="rate">The share that is dropped.</param>
    /// <param name="mask">What a choice is made for: an <see cref="IMask"/>.</param>
    public RandomMaskVector(Device device, ElementwiseRows rows, float rate, Type mask)
        : base(rate)
    {
        grid = ElementwiseGrid.Over(device, rows);
        apply = new(device, Policies.Close(RandomMaskKernels.ApplyVectors<Vectors, ElementMask>, Access.Policy(rows.AreVectors), mask),
            grid.GroupSize);
    }

    private protected override void Run(View x, View y, uint key, uint limit, float factor, int add) =>
        apply.Run(grid.Groups, x, y, grid.Geometry, key, limit, factor, add);
}
