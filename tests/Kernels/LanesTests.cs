using GpuNet.Kernels.Host;
using NUnit.Framework;

namespace GpuNet.Tests.Kernels;

[TestFixture(typeof(Lanes1))]
[TestFixture(typeof(Lanes128))]
[TestFixture(typeof(Lanes256))]
[TestFixture(typeof(Lanes512))]
internal sealed unsafe class LanesTests<T>
    where T : unmanaged, ILanes<T>
{
    [Test]
    public void Exponential_is_right_to_two_units_in_the_last_place()
    {
        for (float x = -87f; x < 88.7f; x += 0.00137f)
        {
            double expected = Math.Exp(x);
            Assert.That(Exp(x), Is.EqualTo(expected).Within(2.4e-7 * expected), $"e^{x}");
        }
    }

    [Test]
    public void Exponential_knows_its_limits()
    {
        Assert.That(Exp(0f), Is.EqualTo(1f));
        Assert.That(Exp(float.NegativeInfinity), Is.Zero);
        Assert.That(Exp(-104f), Is.Zero);
        Assert.That(Exp(-100f), Is.EqualTo(Math.Exp(-100)).Within(2e-45));
        Assert.That(Exp(88.8f), Is.EqualTo(float.PositiveInfinity));
        Assert.That(Exp(float.PositiveInfinity), Is.EqualTo(float.PositiveInfinity));
        Assert.That(Exp(float.NaN), Is.NaN);
    }

    private static float Exp(float x)
    {
        float* lanes = stackalloc float[T.Count];
        T.Store(T.Exp(T.Create(x)), lanes);
        return lanes[T.Count - 1];
    }
}
