using GpuNet.Kernels;

namespace GpuNet;

/// <summary>
/// Builds a graph layer by layer: one line an operator, and the small compositions that networks are made of. Every layer takes the
/// name under which its parameters are stored, the input, and what is particular to it.
/// </summary>
public sealed partial class NetworkBuilder
{
    /// <summary>Starts a network of one image input.</summary>
    /// <param name="input">Extents of a batch of images.</param>
    public NetworkBuilder(Shape input) => Input = Graph.Input("input", input);

    /// <summary>The graph so far.</summary>
    public Graph Graph { get; } = new();

    /// <summary>The image input.</summary>
    public Value Input { get; }

    /// <summary>Classes the network is to tell apart; 0 where nobody said.</summary>
    public int Classes { get; init; }

    /// <summary>What batch norms add to the variance.</summary>
    public float NormEpsilon { get; init; } = 1e-5f;

    /// <summary>Weight of the newest batch in the running statistics (PyTorch's convention).</summary>
    public float NormMomentum { get; init; } = 0.1f;

    /// <summary>Whether convolutions pad as TensorFlow's SAME does instead of symmetrically.</summary>
    public bool SamePadding { get; init; }

    /// <summary>A convolution; picks the depthwise or pointwise operator where it is one.</summary>
    public Value Conv(string name, Value x, int channels, Window window, int groups = 1, bool bias = false)
    {
        if (SamePadding)
            window = window.Same(x.Shape.H, x.Shape.W);
        Operator op = groups > 1 && groups == x.Shape.C && groups == channels ? new DepthwiseConv(x.Shape, window, bias)
            : groups == 1 && window.IsPointwise ? new PointwiseConv(x.Shape, channels, bias)
            : new Convolution(x.Shape, channels, window, groups, bias);
        return Graph.Add(name, op, x);
    }

    /// <summary>A depthwise convolution.</summary>
    public Value DepthwiseConv(string name, Value x, Window window, bool bias = false) =>
        Conv(name, x, x.Shape.C, window, x.Shape.C, bias);

    /// <summary>A pointwise convolution.</summary>
    public Value PointwiseConv(string name, Value x, int channels, bool bias = false) =>
        Conv(name, x, channels, new Window(1), bias: bias);

    /// <summary>A fully connected layer on [N, 1, 1, C].</summary>
    public Value Linear(string name, Value x, int channels, Initializer weights, bool bias = true) =>
        Graph.Add(name, new Linear(x.Shape, channels, bias) { WeightInitializer = weights }, x);

    /// <summary>Batch norm with an activation on its output.</summary>
    public Value BatchNorm(string name, Value x, ActivationKind activation = ActivationKind.Identity) =>
        Graph.Add(name, new BatchNorm(x.Shape, NormEpsilon, NormMomentum, activation), x);

    /// <summary>An activation.</summary>
    public Value Activation(string name, Value x, ActivationKind kind) => Graph.Add(name, new Activation(x.Shape, kind), x);

    /// <summary>The sum of two maps.</summary>
    public Value Add(string name, Value a, Value b) => Graph.Add(name, new Add(a.Shape), a, b);

    /// <summary>The sum of maps, or of losses, each times a weight.</summary>
    public Value WeightedSum(string name, params (Value Term, float Weight)[] terms) => Graph.Add(
        name, new WeightedSum(terms.FirstOrDefault().Term.Shape, [.. terms.Select(t => t.Weight)]), [.. terms.Select(t => t.Term)]);

    /// <summary>Maps side by side along the channels.</summary>
    public Value Concat(string name, params Value[] maps) => Graph.Add(name, new Concat([.. maps.Select(m => m.Shape)]), maps);

    /// <summary>The mean of every channel over its pixels: [N, H, W, C] to [N, 1, 1, C].</summary>
    public Value GlobalAveragePool(string name, Value x) => Graph.Add(name, new GlobalAveragePool(x.Shape), x);

    /// <summary>Each channel of x times its gate, [N, 1, 1, C].</summary>
    public Value ChannelScale(string name, Value x, Value gate) => Graph.Add(name, new ChannelScale(x.Shape), x, gate);

    /// <summary>Drops elements in training.</summary>
    public Value Dropout(string name, Value x, float rate) => rate > 0 ? Graph.Add(name, new Dropout(x.Shape, rate), x) : x;

    /// <summary>Drops whole images of a branch in training.</summary>
    public Value StochasticDepth(string name, Value x, float rate) =>
        rate > 0 ? Graph.Add(name, new StochasticDepth(x.Shape, rate), x) : x;

    /// <summary>A further input beside the images; its first extent is the batch, as that of <see cref="Input"/>.</summary>
    /// <param name="name">Name under which samples bring it.</param>
    /// <param name="sample">Extents of one sample, N = 1.</param>
    public Value AddInput(string name, Shape sample) => Graph.Input(name, sample with { N = Input.Shape.N });

    /// <summary>Marks a result of the network: output <c>output</c> unless it has several.</summary>
    public void Output(Value result, string name = "output") => Graph.MarkOutput(name, result);

    /// <summary>
    /// Adds the training loss: input <c>labels</c> [N, H, W, 1] (class numbers, 32-bit integers), output <c>loss</c>, the mean
    /// cross-entropy of the logits [N, H, W, K], of images or of the pixels of maps.
    /// </summary>
    public Value CrossEntropyLoss(Value logits, float labelSmoothing = 0)
    {
        Value labels = Graph.Input("labels", logits.Shape with { C = 1 }, ElementType.Int32);
        Value loss = CrossEntropy("loss", logits, labels, labelSmoothing);
        Graph.MarkOutput("loss", loss);
        return loss;
    }

    /// <summary>The mean cross-entropy of logits [N, H, W, K] against class numbers [N, H, W, 1], a single number.</summary>
    /// <param name="name">Name of the loss.</param>
    /// <param name="logits">Class scores.</param>
    /// <param name="labels">Class numbers, 32-bit integers.</param>
    /// <param name="labelSmoothing">Share of the target spread over all classes.</param>
    /// <param name="ignoreLabel">The label of positions that do not count.</param>
    public Value CrossEntropy(string name, Value logits, Value labels, float labelSmoothing = 0, int? ignoreLabel = null) =>
        Graph.Add(name, new SoftmaxCrossEntropy(logits.Shape, labelSmoothing) { IgnoreLabel = ignoreLabel }, logits, labels);

    /// <summary>The same of images that were blended of two: the loss against the labels of both, by the share of the first.</summary>
    /// <param name="name">Name of the loss.</param>
    /// <param name="logits">Class scores.</param>
    /// <param name="labels">Class numbers of the first images, and of the second.</param>
    /// <param name="share">Share of the first image in each blend, [N, 1, 1, 1], between 0 and 1.</param>
    /// <param name="labelSmoothing">Share of the target spread over all classes.</param>
    /// <param name="ignoreLabel">The label of positions that do not count.</param>
    public Value MixedCrossEntropy(
        string name, Value logits, (Value First, Value Second) labels, Value share, float labelSmoothing = 0, int? ignoreLabel = null) =>
        Graph.Add(name, new SoftmaxCrossEntropy(logits.Shape, labelSmoothing) { IgnoreLabel = ignoreLabel, Mixed = true },
            logits, labels.First, labels.Second, share);

    /// <summary>The mean of a loss of each element of a prediction against its target, a single number.</summary>
    /// <param name="name">Name of the loss.</param>
    /// <param name="prediction">What the network says.</param>
    /// <param name="target">What it should say, of the same extents.</param>
    /// <param name="kind">Which loss.</param>
    /// <param name="delta">Where <see cref="LossKind.SmoothL1"/> and <see cref="LossKind.Huber"/> go over to a line.</param>
    /// <param name="weights">How much each element counts, of the same extents; see <see cref="Kernels.ElementwiseLoss"/>.</param>
    public Value ElementwiseLoss(
        string name, Value prediction, Value target, LossKind kind, float delta = 1, Value? weights = null)
    {
        var loss = new ElementwiseLoss(prediction.Shape, kind, delta) { Weighted = weights is not null };
        return Graph.Add(name, loss, weights is { } by ? [prediction, target, by] : [prediction, target]);
    }
}
