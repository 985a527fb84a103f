namespace GpuNet;

/// <summary>
/// MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381), with torchvision's parameter names and initial values.
/// </summary>
public static class MobileNetV2
{
    // Table 2 of the paper: expansion t, channels c, repeats n, stride of the first s.
    private static readonly (int Expansion, int Channels, int Repeats, int Stride)[] Stages =
    [
        (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
    ];

    /// <summary>Builds the network up to its logits.</summary>
    public static NetworkBuilder Build(ModelSpec spec, Shape input)
    {
        ArgumentNullException.ThrowIfNull(spec);
        int Channels(int channels) => ChannelRounding.ToMultipleOf8(channels * spec.Width);
        bool keep = spec.KeepsEarlyResolution;
        var net = new NetworkBuilder(input);
        Value x = net.ConvNorm("features.0", net.Input, Channels(32), new Window(3, keep ? 1 : 2), ActivationKind.Relu6);
        int block = 1;
        foreach ((int expansion, int channels, int repeats, int stride) in Stages)
        {
            for (int i = 0; i < repeats; i++)
            {
                int step = i > 0 || (keep && channels == 24) ? 1 : stride;
                x = net.InvertedResidual(
                    $"features.{block++}", x, new InvertedResidual(expansion, Channels(channels), 3, step, ActivationKind.Relu6)
                    {
                        LayerList = "conv",
                        FlatProjection = true,
                    });
            }
        }
        int head = spec.ScaleHead ? Channels(1280) : ChannelRounding.ToMultipleOf8(1280 * Math.Max(1.0, spec.Width));
        x = net.ConvNorm($"features.{block}", x, head, new Window(1), ActivationKind.Relu6);
        x = net.GlobalAveragePool("pool", x);
        x = net.Dropout("classifier.0", x, spec.Dropout ?? 0.2f);
        net.Output(net.Linear("classifier.1", x, spec.Classes.Count, Initializer.Normal(0.01f)));
        return net;
    }
}
