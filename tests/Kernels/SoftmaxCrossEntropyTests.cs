using GpuNet.Kernels;
using GpuNet.Tests.Reference;
using ILGPU.Runtime;
using NUnit.Framework;

namespace GpuNet.Tests.Kernels;

[TestFixture, Parallelizable]
internal sealed class SoftmaxCrossEntropyTests : OperatorProof<SoftmaxCrossEntropyReference>
{
    [Test]
    public void Large_logits_cost_no_accuracy([ValueSource(typeof(TestDevices), nameof(TestDevices.All))] string deviceName)
    {
        // The same differences around 0 and around 30000, which float32 still holds exactly.
        float[] small = [0, 1.5f, -2, 3], large = [30000, 30001.5f, 29998, 30003];
        (float loss, float[] gradient) = Run(deviceName, small, 1);
        (float largeLoss, float[] largeGradient) = Run(deviceName, large, 1);
        Assert.That(largeLoss, Is.EqualTo(loss));
        Assert.That(largeGradient, Is.EqualTo(gradient));
    }

    [Test]
    public void Certain_answers_stay_finite([ValueSource(typeof(TestDevices), nameof(TestDevices.All))] string deviceName)
    {
        (float loss, float[] gradient) = Run(deviceName, [-3e37f, 3e37f, 0, 1], 1);
        Assert.That(loss, Is.Zero.Within(1e-6));
        Assert.That(gradient, Is.All.Zero.Within(1e-6));
    }

    [Test]
    public void Masked_classes_cost_nothing(
        [ValueSource(typeof(TestDevices), nameof(TestDevices.All))] string deviceName,
        [Values(float.MinValue, float.NegativeInfinity)] float masked)
    {
        // log(1 + 1/e): the loss of two classes, one apart.
        (float loss, float[] gradient) = Run(deviceName, [1, masked, 0, masked], 0);
        Assert.That(loss, Is.EqualTo(0.3132617f).Within(1e-6));
        Assert.That(gradient, Is.EqualTo((float[])[-0.2689414f, 0, 0.2689414f, 0]).Within(1e-6));
    }

    [Test]
    public void Smoothing_over_masked_classes_is_infinite([ValueSource(typeof(TestDevices), nameof(TestDevices.All))] string deviceName)
    {
        (float loss, float[] gradient) = Run(deviceName, [1, float.NegativeInfinity, 0, 2], 0, smoothing: 0.1f);
        Assert.That(loss, Is.EqualTo(float.PositiveInfinity));
        Assert.That(gradient, Is.All.InRange(-1f, 1f));
    }

    [Test]
    public void Ignoring_everything_gives_no_number_and_no_gradient(
        [ValueSource(typeof(TestDevices), nameof(TestDevices.All))] string deviceName, [Values(0, 0.1f)] float smoothing)
    {
        (float loss, float[] gradient) = Run(deviceName, [1, 2, 3, 4], -100, smoothing, ignore: -100);
        Assert.That(loss, Is.NaN);
        Assert.That(gradient, Is.All.Zero);
    }

    [Test]
    public void Wrong_labels_are_seen(
        [ValueSource(typeof(TestDevices), nameof(TestDevices.All))] string deviceName, [Values(-1, 4, int.MaxValue)] int label)
    {
        if (TestDevices.Get(deviceName).IsHost)
            Assert.That(() => Run(deviceName, [1, 2, 3, 4], label),
                Throws.TypeOf<GpuNetException>().With.Message.Contains("expected 0 to 3").And.Message.Contains($"image 0 has {label}"));
        else
            Assert.That(Run(deviceName, [1, 2, 3, 4], label).Loss, Is.NaN);
    }

    [Test]
    public void A_wrong_label_of_a_map_is_named()
    {
        var net = new NetworkBuilder(new Shape(2, 2, 3, 4));
        Value labels = net.Graph.Input("labels", new Shape(2, 2, 3, 1), ElementType.Int32);
        net.Graph.MarkOutput("loss", net.CrossEntropy("loss", net.Input, labels, ignoreLabel: 255));
        using var parameters = new ParameterStore(net.Graph, TestDevices.Get("cpu"), withGradients: false);
        using var plan = new Plan(net.Graph, parameters, PlanMode.Inference);
        plan.Input("input").Upload(new float[48]);
        plan.Input("labels").Upload([0, 1, 2, 3, 255, 0, 0, 0, 0, 0, 0, 7]);
        Assert.That(() => plan.Forward(), Throws.TypeOf<GpuNetException>().With.Message.EqualTo(
            "SoftmaxCrossEntropy: a label is a class number: expected 0 to 3, or 255 to be ignored, image 1, row 1, column 2 has 7."));
    }

    // Added up one by one in float32, 300 000 losses lose the digits that are asked for here: the mean is off by 5e-6 of itself.
    [Test]
    public void Many_positions_cost_no_accuracy([ValueSource(typeof(TestDevices), nameof(TestDevices.Repeated))] string deviceName)
    {
        Device device = TestDevices.Get(deviceName);
        var op = new SoftmaxCrossEntropy(new Shape(1, 500, 600, 2));
        var random = new Random(1);
        float[] logits = [.. Enumerable.Range(0, 600_000).Select(_ => random.NextSingle() * 4)];
        double expected = Enumerable.Range(0, 300_000)
            .Sum(i => Math.Log(1 + Math.Exp((double)logits[(2 * i) + 1] - logits[2 * i]))) / 300_000;
        foreach (Candidate candidate in op.Candidates.Where(c => c.RunsOn(device)))
        {
            Launcher launcher = op.Bind(device, candidate);
            long workspace = Arena.Align(4 * Math.Max(1, launcher.WorkspaceElements)), input = Arena.Align(op.Logits.Bytes),
                label = Arena.Align(op.Labels.Bytes);
            using var arena = new Arena(device, workspace + input + label + Arena.Alignment, "test");
            Tensor x = arena.At(workspace, op.Logits), labels = arena.At(workspace + input, op.Labels, integers: true),
                loss = arena.At(workspace + input + label, op.Output);
            x.Upload(logits);
            labels.Clear();
            launcher.Forward(new Operands
            {
                Inputs = [x, labels],
                Output = loss,
                Workspace = arena.At(0, Shape.Vector((int)Math.Max(1, launcher.WorkspaceElements))),
            });
            Assert.That(loss.ToArray()[0], Is.EqualTo(expected).Within(2.5e-7 * expected), candidate.Name);
        }
    }

    // Forward as at inference and as in training, which must agree, and backward.
    private static (float Loss, float[] Gradient) Run(
        string deviceName, float[] logits, int label, float smoothing = 0, int? ignore = null)
    {
        Device device = TestDevices.Get(deviceName);
        var op = new SoftmaxCrossEntropy(new Shape(1, 1, 1, 4), smoothing) { IgnoreLabel = ignore };
        Launcher launcher = op.Bind(device);
        using Arena arena = Unwritten.Arena(device, 9 * Arena.Alignment);
        Tensor Take(int slot, Shape shape) => arena.At(slot * Arena.Alignment, shape);
        Tensor x = Take(0, op.Logits), loss = Take(2, op.Output), dx = Take(3, op.Logits), dy = Take(4, op.Output);
        Tensor labels = arena.At(Arena.Alignment, op.Labels, integers: true), workspace = Take(5, Shape.Vector(64));
        // Not through Upload, which takes finite numbers only.
        if (device.IsHost)
            logits.CopyTo(x.Span);
        else
            x.View.CopyFromCPU(device.Stream, logits);
        labels.Upload([label]);
        dy.Upload([1f]);
        launcher.Forward(new Operands { Inputs = [x, labels], Output = loss, Workspace = workspace });
        float inference = loss.ToArray()[0];
        var training = new Operands
        {
            Inputs = [x, labels],
            Output = loss,
            Workspace = workspace,
            Saved = [.. op.Saved.Select((s, i) => Take(6 + i, s))],
            DInputs = [new Gradient(dx, GradientMode.Set), Gradient.None],
            DOutput = dy,
            Training = true,
        };
        launcher.Forward(training);
        launcher.Backward(training);
        Assert.That(loss.ToArray()[0], Is.EqualTo(inference));
        return (inference, dx.ToArray());
    }
}
