using System.Collections.Immutable;

namespace GpuNet;

/// <summary>
/// EfficientNet (Tan and Le 2019, arXiv:1905.11946), with torchvision's parameter names and initial values.
/// </summary>
public static class EfficientNet
{
    // Table 1 of the paper: kernel, stride of the first, expansion, channels, repeats.
    private static readonly (int Kernel, int Stride, int Expansion, int Channels, int Repeats)[] Stages =
    [
        (3, 1, 1, 16, 1), (3, 2, 6, 24, 2), (5, 2, 6, 40, 2), (3, 2, 6, 80, 3), (5, 1, 6, 112, 3), (5, 2, 6, 192, 4), (3, 1, 6, 320, 1),
    ];

    /// <summary>B0 to B7.</summary>
    internal static ImmutableArray<EfficientNetVariant> Variants { get; } =
    [
        new("efficientnet-b0", 1.0, 1.0, 224, 0.2f),
        new("efficientnet-b1", 1.0, 1.1, 240, 0.2f),
        new("efficientnet-b2", 1.1, 1.2, 260, 0.3f),
        new("efficientnet-b3", 1.2, 1.4, 300, 0.3f),
        new("efficientnet-b4", 1.4, 1.8, 380, 0.4f),
        new("efficientnet-b5", 1.6, 2.2, 456, 0.4f) { NormEpsilon = 1e-3f, NormMomentum = 0.01f },
        new("efficientnet-b6", 1.8, 2.6, 528, 0.5f) { NormEpsilon = 1e-3f, NormMomentum = 0.01f },
        new("efficientnet-b7", 2.0, 3.1, 600, 0.5f) { NormEpsilon = 1e-3f, NormMomentum = 0.01f },
    ];

    /// <summary>Builds a variant up to its logits.</summary>
    internal static NetworkBuilder Build(ModelSpec spec, EfficientNetVariant variant, Shape input)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(variant);
        int Channels(int channels) => ChannelRounding.ToMultipleOf8(channels * variant.Width * spec.Width);
        int Repeats(int repeats) => (int)Math.Ceiling(repeats * variant.Depth);
        bool keep = spec.KeepsEarlyResolution;
        int blocks = Stages.Sum(s => Repeats(s.Repeats));
        var net = new NetworkBuilder(input) { NormEpsilon = variant.NormEpsilon, NormMomentum = variant.NormMomentum };
        Value x = net.ConvNorm("features.0", net.Input, Channels(32), new Window(3, keep ? 1 : 2), ActivationKind.Silu);
        int block = 0;
        for (int stage = 0; stage < Stages.Length; stage++)
        {
            (int kernel, int stride, int expansion, int channels, int repeats) = Stages[stage];
            for (int i = 0; i < Repeats(repeats); i++)
            {
                int step = i > 0 || (keep && channels == 24) ? 1 : stride;
                x = net.InvertedResidual(
                    $"features.{stage + 1}.{i}", x, new InvertedResidual(expansion, Channels(channels), kernel, step, ActivationKind.Silu)
                    {
                        SqueezeRatio = 0.25f,
                        // The rate grows linearly with depth (section 5 of the paper).
                        DropRate = (spec.StochasticDepth ?? variant.StochasticDepth) * block++ / blocks,
                    });
            }
        }
        x = net.ConvNorm($"features.{Stages.Length + 1}", x, 4 * x.Shape.C, new Window(1), ActivationKind.Silu);
        x = net.GlobalAveragePool("pool", x);
        x = net.Dropout("classifier.0", x, spec.Dropout ?? variant.Dropout);
        net.Output(net.Linear("classifier.1", x, spec.Classes.Count, Initializer.Uniform(1 / MathF.Sqrt(spec.Classes.Count))));
        return net;
    }
}

/// <summary>How a member of the EfficientNet family is scaled.</summary>
/// <param name="Name">Its name in the catalogue.</param>
/// <param name="Width">Channel multiplier.</param>
/// <param name="Depth">Repeat multiplier.</param>
/// <param name="ImageSize">Image rows and columns.</param>
/// <param name="Dropout">Dropout before the classifier.</param>
internal sealed record EfficientNetVariant(string Name, double Width, double Depth, int ImageSize, float Dropout)
{
    /// <summary>Greatest rate of stochastic depth.</summary>
    public float StochasticDepth { get; init; } = 0.2f;

    /// <summary>What batch norms add to the variance.</summary>
    public float NormEpsilon { get; init; } = 1e-5f;

    /// <summary>Weight of the newest batch in the running statistics.</summary>
    public float NormMomentum { get; init; } = 0.1f;
}
