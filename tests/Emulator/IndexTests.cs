#if GPUNET_EMULATOR
using ILGPU;
using NUnit.Framework;

namespace GpuNet.Tests.Emulator;

[TestFixture]
internal sealed class IndexTests
{
    [Test]
    public void Index_of_one_axis()
    {
        Index1D index = 7;
        int value = index + 1;
        Assert.That(value, Is.EqualTo(8));
        Assert.That((int)(index - 2), Is.EqualTo(5));
        Assert.That((int)(index * 2), Is.EqualTo(14));
        Assert.That((int)(index / 2), Is.EqualTo(3));
        Assert.That(index % 4, Is.EqualTo(3));
        Assert.That(index < 8 && index <= 7 && index > 6 && index >= 7 && index == 7);
        Assert.That(index.InBounds(8) && !index.InBounds(7));
        Assert.That(Index1D.Min(3, 4), Is.EqualTo(new Index1D(3)));
        Assert.That(Index1D.Max(3, 4), Is.EqualTo(new Index1D(4)));
    }

    [Test]
    public void Long_index_of_one_axis()
    {
        LongIndex1D index = 5_000_000_000;
        Assert.That((index + 1).X, Is.EqualTo(5_000_000_001));
        Assert.That((long)(index * 2 - 4), Is.EqualTo(9_999_999_996));
        Assert.That(() => index.ToIntIndex(), Throws.TypeOf<OverflowException>());
        Assert.That(new LongIndex1D(9).ToIntIndex(), Is.EqualTo(new Index1D(9)));
    }

    [Test]
    public void Index_of_two_axes()
    {
        Index2D index = (3, 4);
        Assert.That(index + new Index2D(1, 2), Is.EqualTo(new Index2D(4, 6)));
        Assert.That(index - new Index2D(1, 2), Is.EqualTo(new Index2D(2, 2)));
        Assert.That(index * new Index2D(2, 3), Is.EqualTo(new Index2D(6, 12)));
        Assert.That(index / new Index2D(2), Is.EqualTo(new Index2D(1, 2)));
        Assert.That(index.Size, Is.EqualTo(12));
        Assert.That(index.InBounds((4, 5)) && !index.InBounds((4, 4)));
    }

    [Test]
    public void Index_of_three_axes()
    {
        Index3D index = (3, 4, 5);
        Assert.That(index * Index3D.One + Index3D.Zero, Is.EqualTo(index));
        Assert.That(index.XY, Is.EqualTo(new Index2D(3, 4)));
        Assert.That(index.YZ, Is.EqualTo(new Index2D(4, 5)));
        Assert.That(new Index3D(index.XY, 5), Is.EqualTo(new Index3D(3, index.YZ)));
        Assert.That(index.Size, Is.EqualTo(60));
        Assert.That(new Index3D(100_000).LongSize, Is.EqualTo(1_000_000_000_000_000));
        Assert.That(Index3D.Max(index, new Index3D(4)), Is.EqualTo(new Index3D(4, 4, 5)));
    }

    [Test]
    public void Configuration_counts_its_threads()
    {
        var config = new KernelConfig(2, 3, 4, 5, 6, 7);
        Assert.That(config.GridDim, Is.EqualTo(new Index3D(2, 3, 4)));
        Assert.That(config.GroupDim, Is.EqualTo(new Index3D(5, 6, 7)));
        Assert.That(config.Size, Is.EqualTo(5040));
        Assert.That(config.IsValid && !default(KernelConfig).IsValid && !config.UsesDynamicSharedMemory);
    }
}
#endif
