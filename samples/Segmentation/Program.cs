// Segmentation with two losses: a network says of every 4x4 pixels what lies there, and of the whole picture how many figures it shows.
using GpuNet;

var train = new Discs(count: 1200, seed: 1);
var test = new Discs(count: 200, seed: 2);
using Device device = Device.Open();
using Model model = Models.Define("discs", new Shape(N: 1, H: 32, W: 32, C: 3), Discs.Kinds, net =>
{
    Value x = net.ConvNorm("stem", net.Input, 16, new Window(3, stride: 2), ActivationKind.Relu6);
    x = net.InvertedResidual("block1", x, new InvertedResidual(Expansion: 4, Channels: 24, Kernel: 3, Stride: 2, ActivationKind.Relu6));
    x = net.InvertedResidual("block2", x, new InvertedResidual(Expansion: 4, Channels: 24, Kernel: 5, Stride: 1, ActivationKind.Relu6));
    net.Output(net.PointwiseConv("pixels", x, net.Classes, bias: true), "mask");
    net.Output(net.Linear("figures", net.GlobalAveragePool("pool", x), 4, Initializer.Normal(0.01f)), "count");
}).On(device);

using var training = new Training(model, train, test)
{
    Epochs = 6,
    Schedule = new OneCycleSchedule(0.1f),
    Losses =
    [
        new CrossEntropyLoss { Output = "mask", Target = "mask_labels" },
        new CrossEntropyLoss { Output = "count", Target = "count_labels", Weight = 0.3f },
    ],
};
foreach (Epoch e in training.Run())
    Console.WriteLine($"{e.Number}: loss {e.Loss:F3}, pixels {e.Test.Accuracy:P1}, mean IoU {e.Test.MeanIoU:P1}");

/// <summary>
/// Up to three red discs and green squares on noise. The mask is a quarter as wide and high: what lies in the middle of 4x4 pixels.
/// </summary>
internal sealed class Discs(int count, int seed) : SampleSet
{
    public static readonly string[] Kinds = ["background", "disc", "square"];

    public override string Name => "discs";

    public override int Count => count;

    public override IReadOnlyList<SampleField> Fields { get; } =
    [
        new("input", new Shape(1, 32, 32, 3)),
        new("mask_labels", new Shape(1, 8, 8, 1), ElementType.Int32),
        new("count_labels", new Shape(1, 1, 1, 1), ElementType.Int32),
    ];

    public override void Read(int index, SampleDraw draw, Sample sample)
    {
        var random = new Random((seed * 1_000_003) + index);
        Span<float> pixels = sample.Floats("input");
        Span<int> mask = sample.Integers("mask_labels");
        mask.Clear();
        foreach (ref float value in pixels)
            value = random.NextSingle() - 0.5f;
        int figures = random.Next(4);
        for (int f = 0; f < figures; f++)
        {
            bool disc = random.Next(2) == 0;
            int y0 = random.Next(6, 26), x0 = random.Next(6, 26), radius = random.Next(4, 7);
            for (int y = y0 - radius; y <= y0 + radius; y++)
            {
                for (int x = x0 - radius; x <= x0 + radius; x++)
                {
                    bool inside = !disc || ((y - y0) * (y - y0)) + ((x - x0) * (x - x0)) <= radius * radius;
                    if (!inside || y is < 0 or > 31 || x is < 0 or > 31)
                        continue;
                    pixels[(((y * 32) + x) * 3) + (disc ? 0 : 1)] += 1.5f;
                    if (y % 4 == 2 && x % 4 == 2)
                        mask[(y / 4 * 8) + (x / 4)] = disc ? 1 : 2;
                }
            }
        }
        sample.Integers("count_labels")[0] = figures;
    }
}
