using GpuNet.Kernels;
using GpuNet.Tests.Reference;
using NUnit.Framework;

namespace GpuNet.Tests.Kernels;

[TestFixture, Parallelizable]
internal sealed class ElementwiseLossTests : OperatorProof<ElementwiseLossReference>
{
    [Test]
    public void Without_any_weight_there_is_no_loss_and_no_gradient([Values("cpu", "ptx 80", "ptx 80 2x2")] string deviceName)
    {
        (float loss, float[] gradient) = Run(deviceName, LossKind.SmoothL1, [1e30f, -5, 7], [0, 0, 0], [0, 0, 0]);
        Assert.That(loss, Is.Zero);
        Assert.That(gradient, Is.All.Zero);
    }

    // A parabola from 1e30 on is infinite, and 0 times that no number.
    [Test]
    public void What_has_no_weight_may_hold_anything([Values("cpu", "ptx 80", "ptx 80 2x2")] string deviceName)
    {
        (float loss, float[] gradient) = Run(deviceName, LossKind.SquaredError, [1e30f, 3, 7], [0, 1, 7], [0, 0.5f, 1]);
        Assert.That(loss, Is.EqualTo(2 / 1.5f).Within(1e-6));
        Assert.That(gradient, Is.EqualTo((float[])[0, 2 / 1.5f, 0]).Within(1e-6));
    }

    // log(1 + e^-x) of single precision is nothing from x = 17 on.
    [Test]
    public void Cross_entropy_of_certain_answers_keeps_its_digits([Values("cpu", "ptx 80", "opencl")] string deviceName)
    {
        if (!TestDevices.All.Contains(deviceName))
            Assert.Ignore($"This machine has no {deviceName}.");
        foreach ((float x, float t) in (ReadOnlySpan<(float, float)>)[(20, 1), (-20, 0), (60, 1), (1e4f, 1)])
        {
            (float loss, float[] gradient) = Run(deviceName, LossKind.BinaryCrossEntropy, [x], [t], null);
            double expected = Math.Exp(-Math.Abs((double)x));
            Assert.That(loss, Is.EqualTo(expected).Within(3e-6 * expected));
            Assert.That(gradient[0], Is.Zero.Within(1e-7));
        }
        // And of wrong ones its size.
        Assert.That(Run(deviceName, LossKind.BinaryCrossEntropy, [1e4f], [0], null).Loss, Is.EqualTo(1e4f));
    }

    private static (float Loss, float[] Gradient) Run(
        string deviceName, LossKind kind, float[] prediction, float[] target, float[]? weights)
    {
        var net = new NetworkBuilder(Shape.Vector(prediction.Length));
        Value of = net.Graph.Input("target", net.Input.Shape);
        Value? by = weights is null ? null : net.Graph.Input("weights", net.Input.Shape);
        net.Graph.MarkOutput("loss", net.ElementwiseLoss("loss", net.Input, of, kind, weights: by));
        using var parameters = new ParameterStore(net.Graph, TestDevices.Get(deviceName), withGradients: true);
        using var plan = new Plan(net.Graph, parameters, PlanMode.Training, net.Input);
        plan.Input("input").Upload(prediction);
        plan.Input("target").Upload(target);
        if (weights is not null)
            plan.Input("weights").Upload(weights);
        plan.Forward();
        plan.Backward();
        return (plan.Output("loss").ToArray()[0], plan.Gradient(net.Input).ToArray());
    }
}
