using NUnit.Framework;

namespace GpuNet.Tests.Data;

public sealed class AugmentationTests
{
    private const int H = 5, W = 6, C = 3, Pad = 2;
    private static readonly byte[] Image = [.. Enumerable.Range(0, H * W * C).Select(i => (byte)(i * 29 + 1))];
    private static readonly Normalization Scale = new([0.5f, 0.25f, 0.125f], [0.5f, 2f, 1f]);

    [Test]
    public void Every_crop_and_flip_is_exact([Values] bool flip, [Values] CropFill fill)
    {
        var augmentation = new Augmentation(Pad, 0.5f, fill);
        float[] output = new float[H * W * C];
        for (int top = 0; top <= 2 * Pad; top++)
            for (int left = 0; left <= 2 * Pad; left++)
            {
                augmentation.Write(Image, H, W, new CropFlip(top, left, flip), Scale, output);
                Assert.That(output, Is.EqualTo(Expected(top, left, flip, fill)), $"top {top}, left {left}");
            }
    }

    /// <summary>The definition, pixel by pixel: pad, cut, mirror, normalise.</summary>
    private static float[] Expected(int top, int left, bool flip, CropFill fill)
    {
        float[] expected = new float[H * W * C];
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++)
                for (int c = 0; c < C; c++)
                {
                    int sourceY = y + top - Pad, sourceX = (flip ? W - 1 - x : x) + left - Pad;
                    bool inside = sourceY is >= 0 and < H && sourceX is >= 0 and < W;
                    int value = inside ? Image[(sourceY * W + sourceX) * C + c] : 0;
                    expected[(y * W + x) * C + c] = !inside && fill == CropFill.Mean
                        ? 0f
                        : (float)((value / 255.0 - Scale.Mean[c]) / Scale.Deviation[c]);
                }
        return expected;
    }

    [Test]
    public void A_border_wider_than_the_image_may_hide_it()
    {
        float[] output = new float[H * W * C];
        new Augmentation(9).Write(Image, H, W, new CropFlip(0, 0, false), Normalization.ImageNet, output);
        float[] black = new float[3];
        Normalization.ImageNet.Apply(new byte[3], black);
        Assert.That(output[^3..], Is.EqualTo(black));
    }

    [Test]
    public void Nothing_changes_without_augmentation()
    {
        Assert.That(Augmentation.None.Draw(1, 2, 3), Is.EqualTo(new CropFlip(0, 0, false)));
        float[] output = new float[H * W * C], plain = new float[H * W * C];
        Augmentation.None.Write(Image, H, W, default, Scale, output);
        Scale.Apply(Image, plain);
        Assert.That(output, Is.EqualTo(plain));
    }

    [Test]
    public void Placements_depend_on_seed_epoch_and_sample_alone()
    {
        CropFlip[] all = [.. Enumerable.Range(0, 500).Select(i => Augmentation.Standard.Draw(1, 0, i))];
        CropFlip[] again = new CropFlip[500];
        Parallel.For(0, 500, i => again[499 - i] = Augmentation.Standard.Draw(1, 0, 499 - i));
        Assert.That(again, Is.EqualTo(all));
        Assert.That(Enumerable.Range(0, 500).Select(i => Augmentation.Standard.Draw(1, 1, i)), Is.Not.EqualTo(all));
        Assert.That(Enumerable.Range(0, 500).Select(i => Augmentation.Standard.Draw(2, 0, i)), Is.Not.EqualTo(all));
    }

    [Test]
    public void Placements_are_even()
    {
        CropFlip[] all = [.. Enumerable.Range(0, 16_200).Select(i => Augmentation.Standard.Draw(4, 0, i))];
        // 162 placements of 100 each on average; six standard deviations of a Poisson count.
        Assert.That(all.GroupBy(p => p).Select(g => g.Count()), Is.All.InRange(40, 160).And.Exactly(162).Items);
    }

    [Test]
    public void Wrong_parameters_are_refused()
    {
        Assert.That(() => new Augmentation(-1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Augmentation.Standard with { FlipProbability = 1.5f }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Augmentation.None.Write(Image, H, W, default, Scale, new float[7]),
            Throws.ArgumentException.With.Message.EqualTo("expected 5x6x3 = 90 bytes and floats, found 90 and 7"));
    }
}
