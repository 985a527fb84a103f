using GpuNet.Kernels;
using GpuNet.Tests.Reference;
using NUnit.Framework;

namespace GpuNet.Tests.Kernels;

/// <summary>
/// The host's matrix product at sizes that cross its internal borders: tiles, panels, blocks of rows and depth, parts, and chunks of the
/// weight gradient. Small problems of every kind are proven with their operators.
/// </summary>
[TestFixture]
internal sealed class MatrixProductTests
{
    private static IEnumerable<Operator> Problems =>
    [
        // Every height of a tile, one to three registers wide, last register full and not.
        .. from columns in (int[])[8, 16, 24, 32, 40, 48, 49] from rows in Enumerable.Range(1, 30) select Pointwise(rows, 5, columns),
        // Parts own panels up to 112 rows, then rows.
        Pointwise(112, 300, 500), Pointwise(113, 300, 500), Pointwise(49, 260, 1281),
        // A single tile of rows leaves whole panels where they are.
        Pointwise(3, 150, 96), Pointwise(9, 70, 100), Pointwise(1, 1300, 1000),
        // Several blocks of depth, and gradients with several blocks of columns and chunks of rows.
        Pointwise(60, 1025, 70), Pointwise(2100, 130, 230), Pointwise(9000, 9, 7),
        new Convolution(new Shape(3, 17, 15, 33), 65, new Window(3), Bias: true),
        new Convolution(new Shape(1, 16, 15, 66), 130, new Window(3, stride: 2), Groups: 2),
        new Convolution(new Shape(5, 32, 32, 3), 16, new Window(3), Bias: true),
        new Convolution(new Shape(1, 33, 20, 72), 96, new Window(1), Groups: 3),
    ];

    [Test]
    public void Large_products_match_the_reference([Values("cpu", "cpu, 1 thread")] string deviceName)
    {
        Device device = TestDevices.Get(deviceName);
        foreach (Operator op in Problems)
        {
            var reference = new ReferenceOperands(op, training: true);
            Fill(reference);
            Run(op, reference);
            Candidate host = op.Candidates.Single(c => c.OnHost);
            foreach (GradientMode mode in (GradientMode[])[GradientMode.Set, GradientMode.Add])
            {
                OperatorRun run = OperatorRun.Do(device, op, host, reference, mode);
                Near(op, run.Output, reference.Output, false, "output");
                Near(op, run.DInputs[0], reference.DInputs[0], mode == GradientMode.Add, "dinput");
                for (int i = 0; i < run.DParameters.Length; i++)
                    Near(op, run.DParameters[i], reference.DParameters[i], true, "d" + op.Parameters[i].Name);
            }
        }
    }

    private static PointwiseConv Pointwise(int rows, int inputs, int outputs) =>
        new(new Shape(1, rows, 1, inputs), outputs, Bias: rows % 2 == 0);

    // Multiples of 1/8 in ±1, so that sums of this size are exact in float32 and any wrong term shows.
    private static void Fill(ReferenceOperands o)
    {
        var random = new Random(1);
        foreach (double[] values in (double[][])[.. o.Inputs, .. o.Parameters, o.DOutput])
        {
            for (int i = 0; i < values.Length; i++)
                values[i] = random.Next(-8, 9) / 8.0;
        }
    }

    private static void Run(Operator op, ReferenceOperands o)
    {
        if (op is PointwiseConv)
        {
            PointwiseConvReference.Forward(op, o);
            PointwiseConvReference.Backward(op, o);
            return;
        }
        ConvolutionReference.Forward(op, o);
        ConvolutionReference.Backward(op, o);
    }

    private static void Near(Operator op, float[] actual, double[] expected, bool added, string what)
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length), what);
        for (int i = 0; i < actual.Length; i++)
        {
            double value = expected[i] + (added ? OperatorRun.Before(i) : 0);
            if (actual[i] != value)
                Assert.Fail($"{op} {what}: element {i} is {actual[i]}, expected {value}");
        }
    }
}
