using System.Text.Json.Serialization;

namespace GpuNet;

/// <summary>
/// Which network, for which images and classes: one of the catalogue or a user's own. It is what a saved model remembers to build it
/// again. <see cref="Models"/> makes them.
/// </summary>
/// <param name="Name">A name of <see cref="ModelCatalog"/>, or any name where <see cref="Define"/> is given.</param>
public sealed record ModelSpec(string Name)
{
    /// <summary>Width multiplier.</summary>
    public double Width { get; init; } = 1;

    /// <summary>Classes of the classifier.</summary>
    public ClassNames Classes { get; init; } = 1000;

    /// <summary>Image rows.</summary>
    public int ImageHeight { get; init; } = 224;

    /// <summary>Image columns.</summary>
    public int ImageWidth { get; init; } = 224;

    /// <summary>Image channels.</summary>
    public int ImageChannels { get; init; } = 3;

    /// <summary>Dropout before the classifier; null takes the network's own.</summary>
    public float? Dropout { get; init; }

    /// <summary>Greatest rate of stochastic depth, in networks that have it; null takes the network's own.</summary>
    public float? StochasticDepth { get; init; }

    /// <summary>
    /// Whether the stem and the second stage keep the resolution, as is usual for images of 32x32; null decides by the image: up to
    /// 32 rows they do.
    /// </summary>
    public bool? KeepEarlyResolution { get; init; }

    /// <summary>Whether a width below 1 narrows the layer before the classifier too, which torchvision does not.</summary>
    public bool ScaleHead { get; init; }

    /// <summary>
    /// Adds the layers of a network of one's own to a builder, whose <see cref="NetworkBuilder.Input"/> is the batch of images, and marks
    /// its outputs; null for a network of the catalogue. It is called whenever a graph is built, for any batch size. A
    /// file cannot hold it: who opens a saved
    /// model of such a network gives it again.
    /// </summary>
    [JsonIgnore]
    public Action<NetworkBuilder>? Define { get; init; }

    /// <summary>Whether the stem and the second stage keep the resolution.</summary>
    internal bool KeepsEarlyResolution => KeepEarlyResolution ?? ImageHeight <= 32;

    /// <summary>
    /// Builds the network for a batch size: input <c>input</c>, output <c>output</c> (logits), or those of its definition.
    /// </summary>
    public Graph Build(int batch) => Start(batch).Graph;

    /// <summary>Builds the network with its training loss: further input <c>labels</c>, further output <c>loss</c>.</summary>
    public Graph BuildWithLoss(int batch, float labelSmoothing = 0)
    {
        NetworkBuilder network = Start(batch);
        network.CrossEntropyLoss(network.Graph.Output("output"), labelSmoothing);
        return network.Graph;
    }

    /// <summary>Builds the network so that a caller can add to it.</summary>
    internal NetworkBuilder Start(int batch)
    {
        if (batch < 1)
            throw new GpuNetException($"Batch: expected at least 1, got {batch}.");
        if (Classes.Count < 2)
            throw new GpuNetException($"Classes: expected at least 2, got {Classes.Count}.");
        if (!(Width > 0) || !double.IsFinite(Width))
            throw new GpuNetException($"Width: expected a positive number, got {Width}.");
        var input = new Shape(batch, ImageHeight, ImageWidth, ImageChannels);
        if (Define is null)
            return ModelCatalog.Find(Name).Build(this, input);
        var network = new NetworkBuilder(input) { Classes = Classes.Count };
        Define(network);
        return network.Graph.Outputs.Count > 0 ? network
            : throw new GpuNetException($"{Name}: the definition marks no output; end it with net.Output(...).");
    }
}

/// <summary>How the MobileNet family rounds scaled channel counts.</summary>
internal static class ChannelRounding
{
    /// <summary>The multiple of 8 nearest to <paramref name="channels"/>, at least 8 and not below 90 % of it.</summary>
    public static int ToMultipleOf8(double channels)
    {
        int rounded = Math.Max(8, (int)(channels + 4) / 8 * 8);
        return rounded < 0.9 * channels ? rounded + 8 : rounded;
    }
}
