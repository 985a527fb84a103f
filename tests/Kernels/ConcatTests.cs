using GpuNet.Kernels;
using GpuNet.Tests.Reference;
using NUnit.Framework;

namespace GpuNet.Tests.Kernels;

[TestFixture, Parallelizable]
internal sealed class ConcatTests : OperatorProof<ConcatReference>
{
    [Test]
    public void Equal_lists_of_inputs_make_equal_operators()
    {
        Concat one = New(3, 5), same = New(3, 5), other = New(5, 3);
        Assert.That(one, Is.EqualTo(same));
        Assert.That(one.GetHashCode(), Is.EqualTo(same.GetHashCode()));
        Assert.That(one, Is.Not.EqualTo(other));
        static Concat New(int first, int second) => new([new Shape(1, 2, 2, first), new Shape(1, 2, 2, second)]);
    }
}
