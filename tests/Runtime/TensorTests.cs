using NUnit.Framework;

namespace GpuNet.Tests.Runtime;

/// <summary>Tensors on every device.</summary>
[TestFixture]
internal sealed class TensorTests
{
    private static IEnumerable<string> Devices => TestDevices.Names;

    [TestCaseSource(nameof(Devices))]
    public void Clearing_a_tensor_leaves_its_neighbours_alone(string device)
    {
        using var arena = new Arena(TestDevices.Get(device), 4096, "test");
        float[] values = [.. Enumerable.Range(1, 1024).Select(i => (float)i)];
        arena.At(0, Shape.Vector(1024)).Upload(values);
        arena.At(1792, Shape.Vector(445)).Clear();
        values.AsSpan(448, 445).Clear();
        Assert.That(arena.At(0, Shape.Vector(1024)).ToArray(), Is.EqualTo(values));
    }
}

/// <summary>An arena so large that huge pages are asked for is ordinary memory.</summary>
[TestFixture]
internal sealed class LargeArenaTests
{
    [Test]
    public void Both_ends_of_a_large_arena_hold_what_is_written()
    {
        const long Bytes = (40L << 20) + Arena.Alignment;
        using var arena = new Arena(TestDevices.Get("cpu"), Bytes, "test");
        Tensor first = arena.At(0, Shape.Vector(64)), last = arena.At(Bytes - Arena.Alignment, Shape.Vector(64));
        float[] values = [.. Enumerable.Range(1, 64).Select(i => (float)i)];
        first.Upload(values);
        last.Upload([.. values.Reverse()]);
        Assert.That(first.ToArray(), Is.EqualTo(values));
        Assert.That(last.ToArray(), Is.EqualTo(values.Reverse()));
    }
}
