namespace GpuNet.Kernels;

/// <summary>A step of an optimiser over contiguous ranges of parameters: one pass over memory each, on every device.</summary>
internal sealed class OptimizerStep
{
    private readonly ElementUpdate update;

    private OptimizerStep(Device device, Optimizer optimizer)
    {
        Optimizer = optimizer;
        States = optimizer.States;
        update = ElementUpdate.Bind(device, optimizer.Rule);
    }

    /// <summary>The optimiser and its settings.</summary>
    public Optimizer Optimizer { get; }

    /// <summary>What is kept for every parameter from step to step, in the order that <see cref="Run"/> takes it.</summary>
    public IReadOnlyList<OptimizerState> States { get; }

    /// <summary>Makes the step for a device.</summary>
    /// <exception cref="GpuNetException">A setting of the optimiser is out of range.</exception>
    public static OptimizerStep Bind(Device device, Optimizer optimizer)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(optimizer);
        optimizer.Validate();
        return new OptimizerStep(device, optimizer);
    }

    /// <summary>
    /// Updates one contiguous range of parameters. Only the element counts matter, which are the same. Rate, decay and clipped value are
    /// the arguments': those of the optimiser are for whoever makes them.
    /// </summary>
    /// <param name="weights">Parameters.</param>
    /// <param name="gradients">Their gradients.</param>
    /// <param name="states">Their states, one for each of <see cref="States"/>, which last from step to step.</param>
    /// <param name="arguments">Rate, decay, number of the step, and what is done to the gradients.</param>
    /// <exception cref="GpuNetException">
    /// The element counts differ, there are too few or too many states, or steps count from 0.
    /// </exception>
    public void Run(Tensor weights, Tensor gradients, ReadOnlySpan<Tensor> states, OptimizerArguments arguments)
    {
        long elements = weights.Shape.Elements;
        if (gradients.Shape.Elements != elements)
            throw CountsDiffer("gradients", weights, gradients);
        if (states.Length != States.Count)
            throw new GpuNetException($"{Optimizer.GetType().Name}: expected {States.Count} states, got {states.Length}.");
        for (int i = 0; i < states.Length; i++)
        {
            if (states[i].Shape.Elements != elements)
                throw CountsDiffer(States[i].Name, weights, states[i]);
        }
        if (arguments.Step < 1)
            throw new GpuNetException($"{Optimizer.GetType().Name}: steps count from 1, got {arguments.Step}.");
        update.Run(weights, gradients, states.Length > 0 ? states[0] : Tensor.None, states.Length > 1 ? states[1] : Tensor.None,
            states.Length > 2 ? states[2] : Tensor.None, Optimizer.Scalars(arguments) with
            {
                GradientScale = arguments.GradientScale,
                ClipValue = arguments.ClipValue > 0 ? arguments.ClipValue : float.PositiveInfinity,
                ClearGradient = arguments.ClearGradient ? 1 : 0,
            });
    }

    private GpuNetException CountsDiffer(string name, Tensor weights, Tensor other) => new(
        $"{Optimizer.GetType().Name}: weights, gradients and states have as many elements: expected {weights.Shape} for all, "
        + $"got {other.Shape} for {name}.");
}

/// <summary>The numbers of one step over one range.</summary>
internal readonly record struct OptimizerArguments
{
    /// <summary>The first step, with <see cref="ClearGradient"/> set.</summary>
    public OptimizerArguments()
    {
    }

    /// <summary>Learning rate.</summary>
    public float LearningRate { get; init; }

    /// <summary>Weight decay of this range.</summary>
    public float Decay { get; init; }

    /// <summary>Number of the step, from 1.</summary>
    public int Step { get; init; } = 1;

    /// <summary>What gradients are multiplied by: for the mean of several backward passes, or to clip their norm.</summary>
    public float GradientScale { get; init; } = 1;

    /// <summary>The greatest magnitude of a gradient's element after that; 0 for any.</summary>
    public float ClipValue { get; init; }

    /// <summary>Whether to leave the gradients zero for the next step, which adds to them.</summary>
    public bool ClearGradient { get; init; } = true;
}
