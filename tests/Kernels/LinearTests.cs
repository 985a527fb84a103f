using System.Collections.Immutable;
using GpuNet.Kernels;
using GpuNet.Tests.Reference;
using NUnit.Framework;

namespace GpuNet.Tests.Kernels;

[TestFixture, Parallelizable]
internal sealed class LinearTests : OperatorProof<LinearReference>
{
    [Test]
    public void Initial_weights_follow_the_chosen_initializer()
    {
        var linear = new Linear(new Shape(1, 1, 1, 16), 10);
        ImmutableArray<ParameterSpec> parameters = linear.Parameters;
        Assert.That(parameters[0].Initializer, Is.EqualTo(Initializer.Uniform(0.25f)));
        Assert.That(parameters[1].Initializer, Is.EqualTo(Initializer.Zeros));
        linear = linear with { WeightInitializer = Initializer.Normal(0.01f) };
        Assert.That(linear.Parameters[0].Initializer, Is.EqualTo(Initializer.Normal(0.01f)));
    }
}
