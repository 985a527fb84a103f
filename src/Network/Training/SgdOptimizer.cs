using GpuNet.Kernels;

namespace GpuNet;

/// <summary>Updates all parameters of a store: one pass over the weights, one over biases and norms.</summary>
public sealed class SgdOptimizer : IDisposable
{
    private readonly ParameterStore parameters;
    private readonly SgdOptions options;
    private readonly SgdStep step;
    private readonly Arena momentum;
    private readonly Range[] ranges;

    /// <summary>Takes memory for the momentum, all zero.</summary>
    public SgdOptimizer(ParameterStore parameters, SgdOptions options)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(options);
        if (!parameters.HasGradients)
            throw new GpuNetException("An optimiser needs parameters that were made with gradients.");
        this.parameters = parameters;
        this.options = options;
        step = SgdStep.Bind(parameters.Device);
        momentum = new Arena(parameters.Device, parameters.TrainedBytes, "the optimiser's momentum");
        momentum.Clear();
        (long Weights, long All) ends = (parameters.WeightBytes, parameters.TrainedBytes);
        ranges =
        [
            new Range(parameters, momentum, 0, ends.Weights, options.Decay),
            new Range(parameters, momentum, ends.Weights, ends.All, options.DecayBiasesAndNorms ? options.Decay : 0),
        ];
    }

    /// <summary>The momentum of every trained parameter, laid out as the store lays out their values.</summary>
    public Tensor Momentum => momentum.At(0, Shape.Vector(checked((int)(parameters.TrainedBytes / sizeof(float)))));

    /// <summary>Moves the parameters against their gradients and leaves the gradients zero.</summary>
    public void Step(float learningRate)
    {
        foreach (Range range in ranges)
        {
            if (range.Values.IsNone)
                continue;
            step.Run(range.Values, range.Gradients, range.Momentum, new SgdArguments
            {
                LearningRate = learningRate,
                Momentum = options.Momentum,
                Nesterov = options.Nesterov,
                Decay = range.Decay,
            });
        }
        parameters.Changed();
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => momentum.Dispose();

    private sealed class Range(ParameterStore parameters, Arena momentum, long from, long to, float decay)
    {
        public Tensor Values { get; } = parameters.ValueRange(from, to);

        public Tensor Gradients { get; } = parameters.GradientRange(from, to);

        public Tensor Momentum { get; } =
            to > from ? momentum.At(from, Shape.Vector(checked((int)((to - from) / sizeof(float))))) : Tensor.None;

        public float Decay { get; } = decay;
    }
}

/// <summary>Stochastic gradient descent as PyTorch defines it (<c>torch.optim.SGD</c>).</summary>
public sealed record SgdOptions
{
    /// <summary>Share of the momentum kept from step to step.</summary>
    public float Momentum { get; init; } = 0.9f;

    /// <summary>Whether to look ahead along the momentum.</summary>
    public bool Nesterov { get; init; }

    /// <summary>Weight decay, added to the gradient.</summary>
    public float Decay { get; init; }

    /// <summary>Whether biases and norms decay as well, as they do in PyTorch unless told otherwise.</summary>
    public bool DecayBiasesAndNorms { get; init; } = true;
}
