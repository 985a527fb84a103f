using GpuNet.Kernels;
using GpuNet.Tests.Reference;
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
    public void Wrong_labels_are_seen(
        [ValueSource(typeof(TestDevices), nameof(TestDevices.All))] string deviceName, [Values(-1, 4, 1e20f)] float label)
    {
        if (TestDevices.Get(deviceName).IsHost)
            Assert.That(() => Run(deviceName, [1, 2, 3, 4], label),
                Throws.TypeOf<GpuNetException>().With.Message.Contains("expected 0 to 3"));
        else
            Assert.That(Run(deviceName, [1, 2, 3, 4], label).Loss, Is.NaN);
    }

    // Forward as at inference and as in training, which must agree, and backward.
    private static (float Loss, float[] Gradient) Run(string deviceName, float[] logits, float label)
    {
        Device device = TestDevices.Get(deviceName);
        var op = new SoftmaxCrossEntropy(new Shape(1, 1, 1, 4));
        Launcher launcher = op.Bind(device);
        using Arena arena = Unwritten.Arena(device, 8 * Arena.Alignment);
        Tensor Take(int slot, Shape shape) => arena.At(slot * Arena.Alignment, shape);
        Tensor x = Take(0, op.Logits), labels = Take(1, Shape.Vector(1)), loss = Take(2, op.Output), dx = Take(3, op.Logits);
        Tensor dy = Take(4, op.Output), workspace = Take(5, Shape.Vector(1)), maximum = Take(6, Shape.Vector(1)),
            logSum = Take(7, Shape.Vector(1));
        x.Upload(logits);
        labels.Upload([label]);
        dy.Upload([1]);
        launcher.Forward(new Operands { Inputs = [x, labels], Output = loss, Workspace = workspace });
        float inference = loss.ToArray()[0];
        var training = new Operands
        {
            Inputs = [x, labels],
            Output = loss,
            Workspace = workspace,
            Saved = [maximum, logSum],
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
