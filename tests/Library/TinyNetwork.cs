namespace GpuNet.Tests.Library;

/// <summary>A network and data so small that a run takes milliseconds.</summary>
internal static class TinyNetwork
{
    public const int Side = 8, Classes = 3;

    /// <summary>Two convolutions with norms, dropout and a classifier.</summary>
    public static readonly Action<NetworkBuilder> Define = net =>
    {
        Value x = net.ConvNorm("stem", net.Input, 8, new Window(3, stride: 2), ActivationKind.Relu6);
        x = net.ConvNorm("body", x, 8, new Window(3), ActivationKind.Silu, groups: 8);
        x = net.Dropout("drop", net.GlobalAveragePool("pool", x), 0.1f);
        net.Output(net.Linear("classifier", x, net.Classes, Initializer.Normal(0.1f)));
    };

    public static ModelSpec Spec { get; } = Models.Define("tiny", new Shape(1, Side, Side, 3), new[] { "red", "green", "blue" }, Define);

    /// <summary>Noise in which one channel is brighter: its number is the class.</summary>
    public static SampleSet Samples(int count, int seed) => new Colours(count, seed);

    private sealed class Colours(int count, int seed) : SampleSet
    {
        public override string Name => "colours";

        public override int Count => count;

        public override IReadOnlyList<SampleField> Fields { get; } =
            [new("input", new Shape(1, Side, Side, 3)), new("labels", new Shape(1, 1, 1, 1), ElementType.Int32)];

        public override void Read(int index, SampleDraw draw, Sample sample)
        {
            var random = new Random((seed * 7919) + index);
            int label = random.Next(TinyNetwork.Classes);
            Span<float> pixels = sample.Floats("input");
            for (int i = 0; i < pixels.Length; i++)
                pixels[i] = random.NextSingle() - 0.5f + (i % 3 == label ? 0.4f : 0);
            sample.Integers("labels")[0] = label;
        }
    }
}
