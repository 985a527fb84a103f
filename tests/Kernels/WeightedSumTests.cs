using GpuNet.Kernels;
using GpuNet.Tests.Reference;
using NUnit.Framework;

namespace GpuNet.Tests.Kernels;

[TestFixture, Parallelizable]
internal sealed class WeightedSumTests : OperatorProof<WeightedSumReference>
{
    [Test]
    public void A_tensor_may_come_several_times([Values("cpu", "ptx 80")] string deviceName)
    {
        var net = new NetworkBuilder(new Shape(1, 1, 1, 5));
        net.Output(net.WeightedSum("sum", (net.Input, 1), (net.Input, 1), (net.Input, -0.5f), (net.Input, 2), (net.Input, 4)));
        using var parameters = new ParameterStore(net.Graph, TestDevices.Get(deviceName), withGradients: true);
        using var plan = new Plan(net.Graph, parameters, PlanMode.Training, net.Input);
        plan.Input("input").Upload([1f, 2, 3, 4, 5]);
        plan.Forward();
        plan.Gradient(net.Graph.Output("output")).Upload([1f, 0, 2, 0, -1]);
        plan.Backward();
        Assert.That(plan.Output("output").ToArray(), Is.EqualTo((float[])[7.5f, 15, 22.5f, 30, 37.5f]));
        Assert.That(plan.Gradient(net.Input).ToArray(), Is.EqualTo((float[])[7.5f, 0, 15, 0, -7.5f]));
    }

    [Test]
    public void Equal_weights_make_equal_operators()
    {
        WeightedSum one = New(1, 0.5f), same = New(1, 0.5f), other = New(0.5f, 1);
        Assert.That(one, Is.EqualTo(same));
        Assert.That(one.GetHashCode(), Is.EqualTo(same.GetHashCode()));
        Assert.That(one, Is.Not.EqualTo(other));
        static WeightedSum New(params float[] weights) => new(new Shape(1, 2, 2, 3), [.. weights]);
    }
}
