using GpuNet.Kernels;
using ILGPU;
using ILGPU.Runtime;
using NUnit.Framework;

namespace GpuNet.Tests.Kernels;

[TestFixture]
internal sealed class Bfloat16Tests
{
    private static IEnumerable<string> Devices => TestDevices.All.Where(n => !n.StartsWith("cpu", StringComparison.Ordinal));

    // Ties to even upwards and downwards, carries into the exponent, the ends of the range, zeros, and numbers below the normal ones.
    private static readonly float[] Values =
    [
        1f, -2.5f, 1.00390625f, 1.01171875f, 1.0039063f, 1.9999999f, 3.14159274f, -0.333333343f,
        3.3895314e38f, 3.4e38f, float.MaxValue, -float.MaxValue, 0f, -0f, 1.1754944e-38f, 1e-39f,
        float.PositiveInfinity, float.NegativeInfinity, 65504f, 1e-20f,
    ];

    [TestCaseSource(nameof(Devices))]
    public void Values_are_rounded_to_the_nearest(string deviceName)
    {
        Device device = TestDevices.Get(deviceName);
        using Arena arena = Unwritten.Arena(device, 4096);
        var shape = Shape.Vector(Values.Length);
        Tensor x = arena.At(0, shape), narrow = arena.At(1024, Shape.Vector(Values.Length / 2)), single = arena.At(2048, shape),
            wide = arena.At(3072, shape);
        Put(device, x, Values);
        var run = new Kernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, int>(device, Narrow);
        run.Run(Values.Length / 4, x.View, narrow.View, single.View, wide.View, Values.Length);
        float[] expected = [.. Values.Select(v => float.IsInfinity(v) ? v : (float)Bfloat16.Round(v))];
        Assert.That(wide.ToArray(), Is.EqualTo(expected));
        Assert.That(single.ToArray(), Is.EqualTo(expected));
        Assert.That(Bfloat16.Values(ElementType.Bfloat16, narrow.ToArray()), Is.EqualTo(expected));
    }

    [TestCaseSource(nameof(Devices))]
    public void What_is_no_number_stays_none(string deviceName)
    {
        Device device = TestDevices.Get(deviceName);
        using Arena arena = Unwritten.Arena(device, 4096);
        var shape = Shape.Vector(4);
        Tensor x = arena.At(0, shape), wide = arena.At(1024, shape), single = arena.At(2048, shape), narrow = arena.At(3072, shape);
        Put(device, x, [float.NaN, BitConverter.UInt32BitsToSingle(0x7fffffff), BitConverter.UInt32BitsToSingle(0xff800001), 1f]);
        new Kernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, int>(device, Narrow)
            .Run(1, x.View, narrow.View, single.View, wide.View, 4);
        Assert.That(wide.ToArray().Select(float.IsNaN), Is.EqualTo((bool[])[true, true, true, false]));
        Assert.That(single.ToArray().Select(float.IsNaN), Is.EqualTo((bool[])[true, true, true, false]));
    }

    // Past Tensor.Upload, which takes no infinities.
    private static void Put(Device device, Tensor x, ReadOnlySpan<float> values)
    {
        x.View.CopyFromCPU(device.Stream, values);
        device.Synchronize();
    }

    // Four values a thread: narrowed as a vector, widened again as one and one by one.
    private static void Narrow(ArrayView<float> x, ArrayView<float> narrow, ArrayView<float> single, ArrayView<float> wide, int count)
    {
        int at = ((Grid.IdxX * Group.DimX) + Group.IdxX) * 4;
        if (at >= count)
            return;
        Bfloat16Vectors.Write(narrow, at, 0, Vectors.Read(x, at, 0));
        Vectors.Write(wide, at, 0, Bfloat16Vectors.Read(narrow, at, 0));
        for (int i = at; i < at + 4; i++)
        {
            Bfloat16Vectors.Set(narrow, i, x[i]);
            single[i] = Bfloat16Vectors.Get(narrow, i);
        }
    }
}
