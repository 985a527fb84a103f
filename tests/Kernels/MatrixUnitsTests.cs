using GpuNet.Kernels;
using GpuNet.Tests.Ptx;
using GpuNet.Tests.Reference;
using NUnit.Framework;

namespace GpuNet.Tests.Kernels;

/// <summary>
/// The candidates on tf32 matrix units, as interpreted CUDA code. Values that tf32 holds exactly show that nothing but the operands is
/// rounded: results are then as exact as float32's. Any others show how far rounding goes.
/// </summary>
[TestFixture, Parallelizable]
internal sealed class MatrixUnitsTests
{
    private const double FloatEpsilon = 1.1920929e-7;

    // Two operands rounded to 11 bits, the hidden one included.
    private const double ProductEpsilon = 1.0 / 1024;

    // Every tile, with and without vectors, several of them each way, and depths that planes share.
    private static IEnumerable<Operator> Pointwise =>
    [
        .. PointwiseConvReference.Cases.Where(op => op is PointwiseConv { Gated: false } conv && conv.Storage == default),
        new PointwiseConv(new Shape(2, 17, 16, 36), 100),
        new PointwiseConv(new Shape(1, 30, 19, 41), 37, Bias: true),
        new PointwiseConv(new Shape(1, 16, 17, 68), 24)
        {
            Epilogue = new Epilogue { Activation = ActivationKind.Relu6, Residual = ResidualOrder.AfterActivation },
        },
        new PointwiseConv(new Shape(1, 5, 13, 96), 132),
    ];

    private static IEnumerable<TestCaseData> PointwiseByName =>
        Pointwise.Select(op => new TestCaseData(op).SetArgDisplayNames(op.ToString()));

    private static IEnumerable<TestCaseData> LinearByName =>
        LinearReference.Cases.Select(op => new TestCaseData(op).SetArgDisplayNames(op.ToString()));

    // A folded norm makes weights that are not exact.
    [TestCaseSource(nameof(PointwiseByName))]
    public void Exact_operands_give_float32_results(Operator op) =>
        Compare<PointwiseConvReference>(op, round: true,
            op is Convolutional { Epilogue.NormEpsilon: not null } ? ProductEpsilon : FloatEpsilon);

    [TestCaseSource(nameof(LinearByName))]
    public void Exact_operands_give_float32_results_in_linear_layers(Operator op) =>
        Compare<LinearReference>(op, round: true, FloatEpsilon);

    [Test]
    public void Operands_are_rounded_to_the_nearest()
    {
        Compare<PointwiseConvReference>(new PointwiseConv(new Shape(1, 9, 8, 20), 36), round: false, ProductEpsilon);
        Compare<PointwiseConvReference>(new PointwiseConv(new Shape(1, 3, 3, 7), 5), round: false, ProductEpsilon);
    }

    [Test]
    public void Only_who_asks_for_tf32_gets_it()
    {
        Device device = Get();
        var op = new PointwiseConv(new Shape(1, 8, 8, 32), 32);
        Assert.That(op.Choose(device).Name, Is.EqualTo("MatrixUnits"));
        Assert.That(op.Choose(TestDevices.Get("ptx 80")).Name, Is.Not.EqualTo("MatrixUnits"));
    }

    [TestCase("cpu")]
    [TestCase("simulator")]
    public void Devices_without_matrix_units_say_so(string name) => Assert.That(
        () => Device.Open(name, new DeviceOptions { Precision = Precision.TensorFloat32 }),
        Throws.TypeOf<GpuNetException>().With.Message.Contains(name).And.Message.Contains("matrix units"));

    private static Device Get() => TestDevices.Get(TestDevices.MatrixUnits);

    private static void Compare<T>(Operator op, bool round, double epsilon)
        where T : IOperatorReference
    {
        Device device = Get();
        Candidate candidate = op.Candidates.Single(c => c.Name == "MatrixUnits");
        Assert.That(candidate.RunsOn(device));
        var at = new ReferenceOperands(op, training: !op.IsInferenceOnly);
        T.Fill(op, at, new Random(6));
        foreach (double[] values in round ? (double[][])[.. at.Inputs, .. at.Parameters, at.DOutput] : [])
        {
            for (int i = 0; i < values.Length; i++)
                values[i] = BitConverter.UInt32BitsToSingle(PtxAssembler.TensorFloat(BitConverter.SingleToUInt32Bits((float)values[i])));
        }
        T.Forward(op, at);
        if (!op.IsInferenceOnly)
            T.Backward(op, at);
        double tolerance = epsilon * (8 + T.Terms(op));
        foreach (GradientMode mode in op.IsInferenceOnly ? (GradientMode[])[GradientMode.None] : [GradientMode.Set, GradientMode.Add])
        {
            OperatorRun run = OperatorRun.Do(device, op, candidate, at, mode, forwardOnly: op.IsInferenceOnly);
            Near(run.Output, at.Output, false, tolerance, $"{op} output");
            if (op.IsInferenceOnly)
                continue;
            Near(run.DInputs[0], at.DInputs[0], mode == GradientMode.Add, tolerance, $"{op} dinput");
            for (int i = 0; i < run.DParameters.Length; i++)
                Near(run.DParameters[i], at.DParameters[i], true, tolerance, $"{op} d{op.Parameters[i].Name}");
        }
    }

    private static void Near(float[] actual, double[] expected, bool added, double tolerance, string what)
    {
        double scale = Math.Max(1, expected.Max(Math.Abs)) + (added ? 3 : 0);
        for (int i = 0; i < expected.Length; i++)
            Assert.That(actual[i], Is.EqualTo(expected[i] + (added ? OperatorRun.Before(i) : 0)).Within(tolerance * scale),
                $"{what}: element {i}");
    }
}
