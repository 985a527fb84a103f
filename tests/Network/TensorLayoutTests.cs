using GpuNet.Kernels;
using NUnit.Framework;

namespace GpuNet.Tests.Network;

[TestFixture]
internal sealed class TensorLayoutTests
{
    private static readonly ParameterSpec Filter = new("weight", new Shape(2, 3, 4, 5), ParameterKind.Filter, Initializer.Zeros);
    private static readonly ParameterSpec Pointwise = new("weight", new Shape(1, 1, 4, 5), ParameterKind.Filter, Initializer.Zeros);
    private static readonly ParameterSpec Matrix = new("weight", Shape.Matrix(4, 5), ParameterKind.Matrix, Initializer.Zeros);
    private static readonly ParameterSpec Bias = new("bias", Shape.Vector(5), ParameterKind.Bias, Initializer.Zeros);

    private static IEnumerable<ParameterSpec> All => [Filter, Pointwise, Matrix, Bias];

    [Test]
    public void Filters_are_OIHW_in_files()
    {
        Assert.That(TensorLayout.FileShape(Filter), Is.EqualTo(new long[] { 5, 4, 2, 3 }));
        float[] file = Count(Filter), ours = TensorLayout.FromFile(Filter, file, [5, 4, 2, 3]);
        for (int k = 0; k < 5; k++)
        {
            for (int c = 0; c < 4; c++)
            {
                for (int a = 0; a < 2; a++)
                {
                    for (int b = 0; b < 3; b++)
                        Assert.That(ours[(((((a * 3) + b) * 4) + c) * 5) + k], Is.EqualTo(file[(((((k * 4) + c) * 2) + a) * 3) + b]));
                }
            }
        }
    }

    [Test]
    public void Matrices_are_transposed()
    {
        float[] file = Count(Matrix), ours = TensorLayout.FromFile(Matrix, file, [5, 4]);
        Assert.That(ours[(3 * 5) + 2], Is.EqualTo(file[(2 * 4) + 3]));
    }

    [Test]
    public void Both_directions_undo_each_other([ValueSource(nameof(All))] ParameterSpec spec)
    {
        float[] values = Count(spec);
        Assert.That(TensorLayout.FromFile(spec, TensorLayout.ToFile(spec, values), TensorLayout.FileShape(spec)), Is.EqualTo(values));
    }

    [Test]
    public void Trailing_ones_do_not_count()
    {
        Assert.That(TensorLayout.FromFile(Pointwise, Count(Pointwise), [5, 4]),
            Is.EqualTo(TensorLayout.FromFile(Matrix, Count(Matrix), [5, 4, 1, 1])));
    }

    [Test]
    public void Other_extents_are_refused_by_name()
    {
        Assert.That(() => TensorLayout.FromFile(Matrix, Count(Matrix), [4, 5], "classifier.weight"),
            Throws.TypeOf<GpuNetException>().With.Message.EqualTo(
                "Tensor 'classifier.weight': the extents fit the network: expected [5, 4], got [4, 5]."));
        Assert.That(() => TensorLayout.FromFile(Bias, new float[5], [1, 5]),
            Throws.TypeOf<GpuNetException>().With.Message.Contains("'bias'"));
        Assert.That(() => TensorLayout.ToFile(Bias, new float[4]), Throws.TypeOf<GpuNetException>().With.Message.Contains("'bias'"));
    }

    [Test]
    public void Images_turn_both_ways()
    {
        var shape = new Shape(2, 2, 3, 4);
        float[] planes = [.. Enumerable.Range(0, 48).Select(i => (float)i)], last = new float[48], back = new float[48];
        TensorLayout.ToChannelsLast(planes, shape, last);
        Assert.That(last[((((1 * 2) + 1) * 3) + 2) * 4 + 3], Is.EqualTo(planes[((((1 * 4) + 3) * 2) + 1) * 3 + 2]));
        TensorLayout.ToChannelsFirst(last, shape, back);
        Assert.That(back, Is.EqualTo(planes));
        Assert.That(() => TensorLayout.ToChannelsLast(planes, Shape.Vector(3), last), Throws.TypeOf<GpuNetException>());
    }

    private static float[] Count(ParameterSpec spec) => [.. Enumerable.Range(0, (int)spec.Shape.Elements).Select(i => (float)i)];
}
