using System.Text.Json.Serialization;
using GpuNet.Kernels;

namespace GpuNet;

// Optimizers/ holds the records that users write (here), the formula of each for one element (Rules), the one pass over memory that runs
// every formula on every device (Update), and the gradients' norm (GradientNorm). Optimisers are no operators: they stand in no graph and
// have no gradient.

/// <summary>
/// How parameters follow their gradients. A record holds settings alone; what it keeps from step to step is with whoever runs it. Records
/// are written to JSON with their name as <c>kind</c>.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Sgd), "sgd")]
[JsonDerivedType(typeof(Adam), "adam")]
[JsonDerivedType(typeof(AdamW), "adamw")]
[JsonDerivedType(typeof(RmsProp), "rmsprop")]
[JsonDerivedType(typeof(Lion), "lion")]
public abstract record Optimizer
{
    private protected Optimizer()
    {
    }

    /// <summary>Names <see cref="Parse"/> takes.</summary>
    public static IReadOnlyList<string> Names { get; } = ["sgd", "adam", "adamw", "rmsprop", "lion"];

    /// <summary>
    /// Weight decay: added to the gradient as decay · weight, or with <see cref="AdamW"/> and <see cref="Lion"/> taken off the weight as
    /// rate · decay · weight.
    /// </summary>
    public float Decay { get; init; }

    /// <summary>
    /// Whether biases and norms decay as well. PyTorch decays all it is given; for <see cref="AdamW"/> and <see cref="Lion"/> the usual
    /// recipes leave them out, and so does this by default.
    /// </summary>
    public bool DecayBiasesAndNorms { get; init; } = true;

    /// <summary>
    /// Layer-wise decay of the learning rate, for fine-tuning (Howard and Ruder 2018, arXiv:1801.06146): the last layer has the whole rate,
    /// each one before it this share of the next one's. 1 leaves all alike.
    /// </summary>
    public float LayerDecay { get; init; } = 1;

    /// <summary>
    /// The greatest L2 norm of all gradients together; longer ones are scaled to it (<c>torch.nn.utils.clip_grad_norm_</c>). 0 leaves them.
    /// </summary>
    public float ClipNorm { get; init; }

    /// <summary>
    /// The greatest magnitude of a gradient's element, after <see cref="ClipNorm"/> (<c>torch.nn.utils.clip_grad_value_</c>). 0 leaves
    /// them.
    /// </summary>
    public float ClipValue { get; init; }

    /// <summary>The optimiser of a name with its usual settings.</summary>
    /// <exception cref="GpuNetException">There is no optimiser of that name.</exception>
    public static Optimizer Parse(string name) => name switch
    {
        "sgd" => new Sgd(),
        "adam" => new Adam(),
        "adamw" => new AdamW(),
        "rmsprop" => new RmsProp(),
        "lion" => new Lion(),
        _ => throw new GpuNetException($"There is no optimiser {name}; there are {string.Join(", ", Names)}."),
    };

    /// <summary>Checks the settings.</summary>
    /// <exception cref="GpuNetException">One of them is out of range; the message says which, and what it may be.</exception>
    public void Validate()
    {
        Require(Decay >= 0 && float.IsFinite(Decay), nameof(Decay), "0 or more", Decay);
        Require(LayerDecay is > 0 and <= 1, nameof(LayerDecay), "above 0 and at most 1", LayerDecay);
        Require(ClipNorm >= 0 && float.IsFinite(ClipNorm), nameof(ClipNorm), "0 (off) or more", ClipNorm);
        Require(ClipValue >= 0 && float.IsFinite(ClipValue), nameof(ClipValue), "0 (off) or more", ClipValue);
        ValidateOwn();
    }

    /// <summary>The formula: an <see cref="IUpdateRule"/>.</summary>
    internal abstract Type Rule { get; }

    /// <summary>What is kept for every parameter from step to step, in the order the rule takes it.</summary>
    internal abstract OptimizerState[] States { get; }

    /// <summary>The numbers of a step, those of one element's formula worked out in double precision.</summary>
    internal abstract UpdateScalars Scalars(OptimizerArguments a);

    private protected abstract void ValidateOwn();

    private protected void RequireShare(float value, string name) =>
        Require(value is >= 0 and < 1, name, "from 0 to below 1", value);

    // Without it a parameter that never had a gradient would become 0 / 0.
    private protected void RequirePositive(float value, string name) =>
        Require(value > 0 && float.IsFinite(value), name, "above 0", value);

    private protected void Require(bool holds, string name, string range, object value)
    {
        if (!holds)
            throw new GpuNetException($"{GetType().Name}: {name} is {range}, got {value}.");
    }

    /// <summary>
    /// A setting as it was written: 0.999 and not the nearest float, whose distance from 1 differs by 1e-5 of itself. PyTorch computes with
    /// doubles.
    /// </summary>
    private protected static double AsWritten(float value) => (double)(decimal)value;
}

/// <summary>What an optimiser keeps for every parameter.</summary>
/// <param name="Name">Its name, such as <c>momentum</c>.</param>
/// <param name="Initial">Its value before the first step.</param>
internal sealed record OptimizerState(string Name, float Initial = 0);
