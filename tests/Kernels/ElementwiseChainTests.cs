using GpuNet.Kernels;
using GpuNet.Tests.Reference;
using NUnit.Framework;

namespace GpuNet.Tests.Kernels;

[TestFixture, Parallelizable]
internal sealed class ElementwiseChainTests : OperatorProof<ElementwiseChainReference>
{
    [Test]
    public void Equal_links_make_equal_operators()
    {
        ElementwiseChain one = New(ActivationKind.Relu), same = New(ActivationKind.Relu), other = New(ActivationKind.Silu);
        Assert.That(one, Is.EqualTo(same));
        Assert.That(one.GetHashCode(), Is.EqualTo(same.GetHashCode()));
        Assert.That(one, Is.Not.EqualTo(other));
        static ElementwiseChain New(ActivationKind kind) =>
            new(new Shape(1, 2, 2, 4), [new(ElementwiseLinkKind.PlusTensor), new(ElementwiseLinkKind.Activate, kind)]);
    }
}
