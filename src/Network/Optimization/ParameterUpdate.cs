using GpuNet.Kernels;

namespace GpuNet;

/// <summary>
/// An optimiser at work on a <see cref="ParameterStore"/>: what it keeps for every parameter, and one pass over memory for all neighbours
/// that are treated alike. The passes leave the gradients zero.
/// </summary>
public sealed class ParameterUpdate : IDisposable
{
    // As torch.nn.utils.clip_grad_norm_ has it.
    private const double NormEpsilon = 1e-6;

    private readonly ParameterStore parameters;
    private readonly OptimizerStep step;
    private readonly List<Arena> arenas = [];
    private readonly Dictionary<string, Tensor> states = [];
    private readonly Range[] ranges;
    private SumOfSquares? norm;

    /// <summary>Takes memory for the optimiser's states and sets them to what they are before the first step.</summary>
    /// <param name="parameters">The parameters, with gradients.</param>
    /// <param name="optimizer">The optimiser and its settings.</param>
    /// <param name="frozen">
    /// Names the parameters that stay as they are; their gradients are neither counted in the norm nor cleared. None if left out.
    /// </param>
    /// <param name="factors">
    /// Says for a parameter what its rate is multiplied by, beside <see cref="Optimizer.LayerDecay"/>, and its weight decay, instead of the
    /// rule of <see cref="Optimizer.DecayBiasesAndNorms"/>; null where it has nothing to say.
    /// </param>
    /// <exception cref="GpuNetException">
    /// There are no gradients, a setting or factor is out of range, or there is not enough memory.
    /// </exception>
    public ParameterUpdate(
        ParameterStore parameters,
        Optimizer optimizer,
        Func<string, bool>? frozen = null,
        Func<string, ParameterSpec, (float RateFactor, float DecayFactor)?>? factors = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(optimizer);
        if (!parameters.HasGradients)
            throw new GpuNetException("An optimiser needs parameters that were made with gradients.");
        this.parameters = parameters;
        step = OptimizerStep.Bind(parameters.Device, optimizer);
        List<Group> groups = Groups(parameters, optimizer, frozen, factors);
        try
        {
            foreach (OptimizerState state in step.States)
                states.Add(state.Name, Allocate(state));
            ranges = [.. groups.Select(g => new Range(g, parameters, arenas))];
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The optimiser and its settings.</summary>
    public Optimizer Optimizer => step.Optimizer;

    /// <summary>
    /// What the optimiser keeps, by name, each a vector that is laid out as the store lays out the trained values: the state of a parameter
    /// begins at the element its <see cref="ParameterPlace.Offset"/> says.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> States => states;

    /// <summary>Steps done. A run that is resumed sets it, beside the states: corrections of means depend on it.</summary>
    public int Steps { get; set; }

    /// <summary>Whether to compute <see cref="LastGradientNorm"/> also where the optimiser does not clip it.</summary>
    public bool MeasuresNorm { get; set; }

    /// <summary>
    /// L2 norm of all gradients of the last step together, scaled, before it was clipped; not a number where it was not computed.
    /// </summary>
    public float LastGradientNorm { get; private set; } = float.NaN;

    /// <summary>How many passes over memory a step takes: one for each contiguous range of like rate and decay.</summary>
    public int Passes => ranges.Length;

    /// <summary>Moves the parameters by their gradients and leaves the gradients zero.</summary>
    /// <param name="learningRate">Learning rate of this step.</param>
    /// <param name="gradientScale">
    /// What the gradients are multiplied by: 1 / n where they are sums over n backward passes, of which the mean is wanted.
    /// </param>
    /// <exception cref="GpuNetException">
    /// The gradients' norm was computed and is not a finite number; the parameters are as they were.
    /// </exception>
    public void Step(float learningRate, float gradientScale = 1)
    {
        float scale = gradientScale * ClipFactor(gradientScale);
        Steps++;
        foreach (Range range in ranges)
        {
            step.Run(range.Values, range.Gradients, range.States, new OptimizerArguments
            {
                LearningRate = learningRate * range.RateFactor,
                Decay = range.Decay,
                Step = Steps,
                GradientScale = scale,
                ClipValue = Optimizer.ClipValue,
            });
        }
        parameters.Changed();
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        norm?.Dispose();
        foreach (Arena arena in arenas)
            arena.Dispose();
    }

    private float ClipFactor(float gradientScale)
    {
        if (Optimizer.ClipNorm == 0 && !MeasuresNorm)
        {
            LastGradientNorm = float.NaN;
            return 1;
        }
        norm ??= SumOfSquares.Bind(parameters.Device, [.. ranges.Select(r => r.Gradients)]);
        double length = Math.Abs(gradientScale) * Math.Sqrt(norm.Run());
        LastGradientNorm = (float)length;
        if (!double.IsFinite(length))
        {
            throw new GpuNetException(
                $"Training diverged: the norm of the gradients of step {Steps + 1} is {length}. Try a lower learning rate.");
        }
        return Optimizer.ClipNorm == 0 ? 1 : (float)Math.Min(1, Optimizer.ClipNorm / (length + NormEpsilon));
    }

    private Tensor Allocate(OptimizerState state)
    {
        var arena = new Arena(parameters.Device, parameters.TrainedBytes, $"the optimiser's {state.Name}");
        arenas.Add(arena);
        arena.Clear();
        Tensor all = arena.At(0, Shape.Vector(checked((int)(parameters.TrainedBytes / sizeof(float)))));
        if (state.Initial != 0)
        {
            var values = new float[all.Shape.Elements];
            Array.Fill(values, state.Initial);
            all.Upload(values, state.Name);
        }
        return all;
    }

    // Neighbours of like treatment make one group.
    private static List<Group> Groups(
        ParameterStore parameters,
        Optimizer optimizer,
        Func<string, bool>? frozen,
        Func<string, ParameterSpec, (float RateFactor, float DecayFactor)?>? factors)
    {
        Dictionary<string, float> layers = LayerFactors(parameters, optimizer.LayerDecay);
        var groups = new List<Group>();
        foreach (ParameterPlace place in parameters.Places)
        {
            if (place.GradientOffset == ParameterPlace.Nowhere || frozen?.Invoke(place.Name) == true)
                continue;
            (float rate, float decay) = factors?.Invoke(place.Name, place.Spec)
                ?? (1, place.Spec.IsWeight || optimizer.DecayBiasesAndNorms ? 1 : 0);
            if (!(rate >= 0 && float.IsFinite(rate) && decay >= 0 && float.IsFinite(decay)))
                throw new GpuNetException($"Factors of {place.Name}: expected 0 or more, got {rate} for the rate and {decay} for decay.");
            var group = new Group(
                place.Offset, place.GradientOffset, place.Bytes, rate * layers[Layer(place.Name)], optimizer.Decay * decay);
            if (groups.Count > 0 && groups[^1].Takes(group))
                groups[^1] = groups[^1] with { Bytes = groups[^1].Bytes + group.Bytes };
            else
                groups.Add(group);
        }
        return groups;
    }

    // Layers in the order of the graph: the last has factor 1, each one before it the decay times that of the next.
    private static Dictionary<string, float> LayerFactors(ParameterStore parameters, float layerDecay)
    {
        string[] layers = [.. parameters.Names.Where(n => parameters.Spec(n).IsTrained).Select(Layer).Distinct()];
        return layers.Select((l, i) => (Layer: l, Factor: (float)Math.Pow(layerDecay, layers.Length - 1 - i)))
            .ToDictionary(f => f.Layer, f => f.Factor);
    }

    // The first two parts of what comes before the parameter's own name: features.3 of features.3.conv.0.weight.
    private static string Layer(string name)
    {
        string[] parts = name.Split('.');
        return string.Join('.', parts.Take(Math.Clamp(parts.Length - 1, 1, 2)));
    }

    private readonly record struct Group(long Offset, long GradientOffset, long Bytes, float RateFactor, float Decay)
    {
        public bool Takes(Group next) => next.Offset == Offset + Bytes && next.GradientOffset == GradientOffset + Bytes
            && next.RateFactor == RateFactor && next.Decay == Decay;
    }

    private sealed class Range(Group group, ParameterStore parameters, List<Arena> states)
    {
        public Tensor Values { get; } = parameters.ValueRange(group.Offset, group.Offset + group.Bytes);

        public Tensor Gradients { get; } = parameters.GradientRange(group.GradientOffset, group.GradientOffset + group.Bytes);

        public Tensor[] States { get; } =
            [.. states.Select(s => s.At(group.Offset, Shape.Vector(checked((int)(group.Bytes / sizeof(float))))))];

        public float RateFactor { get; } = group.RateFactor;

        public float Decay { get; } = group.Decay;
    }
}
