using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace GpuNet.Tests.Data;

public sealed class ResizedCropTests
{
    [Test]
    public void Boxes_lie_inside_the_picture()
    {
        Gen<(int H, int W, int Sample)> pictures =
            from h in Gen.Choose(1, 3000)
            from w in Gen.Choose(1, 3000)
            from sample in Gen.Choose(0, int.MaxValue)
            select (h, w, sample);
        Prop.ForAll(Arb.From(pictures), p =>
        {
            ImageBox box = new ResizedCrop().Draw(1, 2, p.Sample, p.H, p.W);
            return box.Height >= 1 && box.Width >= 1 && box.Top >= 0 && box.Left >= 0 && box.Top + box.Height <= p.H
                && box.Left + box.Width <= p.W && box == new ResizedCrop().Draw(1, 2, p.Sample, p.H, p.W);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Test]
    public void Areas_and_ratios_are_those_of_torchvision()
    {
        ImageBox[] all = [.. Enumerable.Range(0, 5000).Select(i => new ResizedCrop().Draw(7, 0, i, 1000, 1200))];
        double[] areas = [.. all.Select(b => b.Height * (double)b.Width / 1.2e6)];
        // Rounding to pixels moves an area by less than 1 %, a ratio too.
        Assert.That(areas, Is.All.InRange(0.079, 1.0));
        Assert.That(all.Select(b => b.Width / (double)b.Height), Is.All.InRange(0.74, 1.35));
        // Measured with torchvision 0.14.1, 200,000 draws of get_params on 1000x1200: mean area 0.4626 (deviation 0.229),
        // mean top 145.4 (138).
        Assert.That(areas.Average(), Is.EqualTo(0.4626).Within(6 * 0.229 / Math.Sqrt(5000)));
        Assert.That(all.Average(b => b.Top), Is.EqualTo(145.4).Within(6 * 138 / Math.Sqrt(5000)));
    }

    [Test]
    public void What_cannot_be_drawn_is_the_middle()
    {
        Assert.That(new ResizedCrop(1f, 1f).Draw(1, 0, 0, 10, 300), Is.EqualTo(new ImageBox(0, 143, 10, 13)));
        Assert.That(new ResizedCrop(1f, 1f).Draw(1, 0, 0, 300, 10), Is.EqualTo(new ImageBox(143, 0, 13, 10)));
        Assert.That(new ResizedCrop(1f, 1f, 1.001f, 1.001f).Draw(1, 0, 0, 2, 2), Is.EqualTo(new ImageBox(0, 0, 2, 2)));
        Assert.That(new ResizedCrop().Draw(1, 0, 0, 1, 1), Is.EqualTo(new ImageBox(0, 0, 1, 1)));
    }

    [Test]
    public void Empty_ranges_are_refused()
    {
        Assert.That(() => new ResizedCrop(0f).Draw(1, 0, 0, 5, 5), Throws.InvalidOperationException);
        Assert.That(() => new ResizedCrop(LeastRatio: 2f).Draw(1, 0, 0, 5, 5), Throws.InvalidOperationException);
    }
}
