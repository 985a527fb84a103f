namespace GpuNet;

/// <summary>Which network, for which images: what a checkpoint must remember to build it again.</summary>
/// <param name="Name">A name of <see cref="ModelCatalog"/>.</param>
public sealed record ModelSpec(string Name)
{
    /// <summary>Width multiplier.</summary>
    public float Width { get; init; } = 1;

    /// <summary>Classes of the classifier.</summary>
    public int Classes { get; init; } = 1000;

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

    /// <summary>Whether the stem and the second stage keep the resolution.</summary>
    internal bool KeepsEarlyResolution => KeepEarlyResolution ?? ImageHeight <= 32;

    /// <summary>Builds the network for a batch size: input <c>input</c>, output <c>output</c> (logits).</summary>
    public Graph Build(int batch) => Start(batch).Graph;

    /// <summary>Builds the network with its training loss: further input <c>labels</c>, further output <c>loss</c>.</summary>
    public Graph BuildWithLoss(int batch, float labelSmoothing = 0)
    {
        NetworkBuilder network = Start(batch);
        network.CrossEntropyLoss(network.Graph.Output("output"), labelSmoothing);
        return network.Graph;
    }

    private NetworkBuilder Start(int batch)
    {
        if (batch < 1)
            throw new GpuNetException($"Batch: expected at least 1, got {batch}.");
        if (Classes < 2)
            throw new GpuNetException($"Classes: expected at least 2, got {Classes}.");
        if (!(Width > 0) || !float.IsFinite(Width))
            throw new GpuNetException($"Width: expected a positive number, got {Width}.");
        return ModelCatalog.Find(Name).Build(this, new Shape(batch, ImageHeight, ImageWidth, ImageChannels));
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
