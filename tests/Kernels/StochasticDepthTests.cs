using GpuNet.Kernels;
using GpuNet.Tests.Reference;
using NUnit.Framework;

namespace GpuNet.Tests.Kernels;

[TestFixture, Parallelizable]
internal sealed class StochasticDepthTests : OperatorProof<StochasticDepthReference>
{
    [Test]
    public void Images_are_dropped_at_the_rate_over_many_steps()
    {
        var op = new StochasticDepth(new Shape(8, 1, 1, 1), 0.25f);
        float[] y = Masks.Of(op, 0, 4000);
        double dropped = y.Count(v => v == 0) / (double)y.Length;
        Assert.That(dropped, Is.EqualTo(0.25).Within(5 * Math.Sqrt(0.25 * 0.75 / y.Length)));
    }
}
