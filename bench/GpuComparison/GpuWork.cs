using System.Globalization;

namespace GpuNet.Bench.GpuComparison;

/// <summary>A network and what a card is to do with it.</summary>
/// <param name="Model">Name in GpuNet's catalogue.</param>
/// <param name="TorchName">Name in torchvision.</param>
/// <param name="Batch">Images of a pass.</param>
/// <param name="Train">Whether it is a training step, or else inference.</param>
internal sealed record GpuWork(string Model, string TorchName, int Batch, bool Train)
{
    private static readonly GpuWork MobileNet = new("mobilenetv2", "mobilenet_v2", 256, false);
    private static readonly GpuWork EfficientNet = new("efficientnet-b0", "efficientnet_b0", 256, false);

    /// <summary>All works, the most telling first: time may be over before the last.</summary>
    public static IReadOnlyList<GpuWork> All { get; } =
    [
        MobileNet,
        MobileNet with { Batch = 128, Train = true },
        MobileNet with { Batch = 1 },
        EfficientNet,
        EfficientNet with { Batch = 128, Train = true },
        EfficientNet with { Batch = 1 },
        MobileNet with { Batch = 32 },
        EfficientNet with { Batch = 32 },
    ];

    /// <summary>In words.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(Model == "mobilenetv2" ? "MobileNetV2 1.0" : Model)}, {(Train ? "training step" : "inference")}, batch {Batch}");
}
