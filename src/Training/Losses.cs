using System.Numerics.Tensors;

namespace GpuNet;

/// <summary>
/// Something a training minimises: what an output of the network costs against a target, which is a field of the samples. Several losses
/// are added, each times its weight. Derive from it for a loss of one's own, made of the builder's operators.
/// </summary>
public abstract record Loss
{
    /// <summary>The output of the network.</summary>
    public string Output { get; init; } = "output";

    /// <summary>The field of the samples that it is compared with.</summary>
    public string Target { get; init; } = "labels";

    /// <summary>What the loss counts beside others.</summary>
    public float Weight { get; init; } = 1;

    /// <summary>A label that does not count; null where all do.</summary>
    public virtual int? Ignored => null;

    /// <summary>Adds the loss to a network.</summary>
    /// <param name="network">The network; <see cref="Input"/> gives the target.</param>
    /// <param name="name">What to call its last layer, and what to begin the names of others with.</param>
    /// <param name="output">The output.</param>
    /// <returns>A single number, [1, 1, 1, 1].</returns>
    protected internal abstract Value Add(NetworkBuilder network, string name, Value output);

    /// <summary>The loss as it is measured on test data: without what only makes training harder.</summary>
    protected internal virtual Loss ForEvaluation() => this;

    /// <summary>The input of a name, added where no other loss did.</summary>
    /// <param name="network">The network.</param>
    /// <param name="name">The samples' field.</param>
    /// <param name="shape">Extents of a batch of it.</param>
    /// <param name="type">How its values lie.</param>
    protected static Value Input(NetworkBuilder network, string name, Shape shape, ElementType type)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (!network.Graph.Inputs.TryGetValue(name, out Value known))
            return network.Graph.Input(name, shape, type);
        return known.Shape == shape && known.Type == type ? known
            : throw new GpuNetException($"Target {name}: one loss takes it as {known.Shape}, another as {shape}.");
    }

    /// <summary>Adds losses and their sum, output <c>loss</c>.</summary>
    internal static void Add(NetworkBuilder network, IReadOnlyList<Loss> losses)
    {
        if (losses is [{ Weight: 1 } only])
        {
            network.Output(only.Add(network, "loss", network.Graph.Output(only.Output)), "loss");
            return;
        }
        network.Output(network.WeightedSum("loss", [.. losses.Select((l, i) =>
            (l.Add(network, FormattableString.Invariant($"loss.{i}.{l.Output}"), network.Graph.Output(l.Output)), l.Weight))]), "loss");
    }

    /// <summary>Whether the output holds scores of classes, of which the target is the number.</summary>
    internal virtual bool Classifies => false;

    /// <summary>Throws if a label of a batch is no class number, which a kernel could not say.</summary>
    internal static void RequireLabels(IReadOnlyList<Loss> losses, Graph graph, Batch batch)
    {
        foreach (Loss loss in losses)
        {
            if (!loss.Classifies)
                continue;
            Shape scores = graph.Output(loss.Output).Shape;
            int[] labels = batch.Integers(loss.Target);
            for (int i = 0; i < batch.Count * scores.Pixels; i++)
            {
                if ((uint)labels[i] < (uint)scores.C || labels[i] == loss.Ignored)
                    continue;
                throw new GpuNetException(
                    $"{loss.Target} of sample {batch.Samples[i / scores.Pixels]}: a label is a class number, 0 to {scores.C - 1}, "
                    + $"got {labels[i]}.");
            }
        }
    }

    /// <summary>How many positions there are, and at how many the greatest score is that of the label.</summary>
    internal static (int Counted, int Correct) Hits(ReadOnlySpan<float> scores, ReadOnlySpan<int> labels, int classes, int? ignored)
    {
        int counted = 0, correct = 0;
        for (int i = 0; i < scores.Length / classes; i++)
        {
            if (labels[i] == ignored)
                continue;
            counted++;
            correct += TensorPrimitives.IndexOfMax(scores.Slice(i * classes, classes)) == labels[i] ? 1 : 0;
        }
        return (counted, correct);
    }
}

/// <summary>
/// A loss of every element of an output against a target of the same extents: distances, of boxes for one, or the binary cross entropy of
/// masks and of classes that do not exclude one another. The mean over the elements, or by weights.
/// </summary>
/// <param name="Kind">Which loss; see <see cref="LossKind"/>.</param>
public sealed record ElementLoss(LossKind Kind) : Loss
{
    /// <summary>Where <see cref="LossKind.SmoothL1"/> and <see cref="LossKind.Huber"/> go over to a line.</summary>
    public float Delta { get; init; } = 1;

    /// <summary>
    /// The field of the samples that says how much each element counts, of the same extents as the output: 0 for boxes without an object;
    /// null where all count alike.
    /// </summary>
    public string? Weights { get; init; }

    /// <inheritdoc/>
    protected internal override Value Add(NetworkBuilder network, string name, Value output)
    {
        ArgumentNullException.ThrowIfNull(network);
        Value target = Input(network, Target, output.Shape, ElementType.Float32);
        return network.ElementwiseLoss(name, output, target, Kind, Delta,
            Weights is null ? null : Input(network, Weights, output.Shape, ElementType.Float32));
    }
}

/// <summary>
/// Softmax cross entropy of class scores [N, H, W, K] against class numbers [N, H, W, 1], of images or of the pixels of maps: the mean over
/// all that count.
/// </summary>
public sealed record CrossEntropyLoss : Loss
{
    /// <summary>The field with the second labels of blended images, as <see cref="Augmentation.Mixup"/> gives them.</summary>
    internal const string SecondTarget = "labels2";

    /// <summary>The field with the share of the first label.</summary>
    internal const string Share = "share";

    /// <summary>Share of the target spread over all classes in training (Szegedy et al. 2016, arXiv:1512.00567).</summary>
    public float Smoothing { get; init; }

    /// <summary>The label of positions that do not count, such as 255; null where all do.</summary>
    public int? IgnoreLabel { get; init; }

    /// <summary>
    /// Whether images are blends of two (Zhang et al. 2018, arXiv:1710.09412): against the labels of both, by the samples' fields
    /// <c>labels2</c> and <c>share</c>.
    /// </summary>
    public bool IsMixed { get; init; }

    /// <inheritdoc/>
    public override int? Ignored => IgnoreLabel;

    /// <inheritdoc/>
    protected internal override Value Add(NetworkBuilder network, string name, Value output)
    {
        ArgumentNullException.ThrowIfNull(network);
        Shape positions = output.Shape with { C = 1 };
        Value labels = Input(network, Target, positions, ElementType.Int32);
        if (!IsMixed)
            return network.CrossEntropy(name, output, labels, Smoothing, IgnoreLabel);
        Value others = Input(network, SecondTarget, positions, ElementType.Int32);
        Value share = Input(network, Share, new Shape(output.Shape.N, 1, 1, 1), ElementType.Float32);
        return network.MixedCrossEntropy(name, output, (labels, others), share, Smoothing, IgnoreLabel);
    }

    /// <inheritdoc/>
    protected internal override Loss ForEvaluation() => this with { Smoothing = 0, IsMixed = false };

    internal override bool Classifies => true;
}
