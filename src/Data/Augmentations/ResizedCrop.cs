namespace GpuNet;

/// <summary>
/// A random box of the picture, resized to the network's size (Szegedy et al., "Going Deeper with Convolutions", 2015), drawn as
/// torchvision's <c>RandomResizedCrop</c> does: ten tries at an area and a ratio, then the middle with the nearest ratio allowed.
/// </summary>
/// <param name="LeastArea">Smallest share of the picture's area, above 0.</param>
/// <param name="GreatestArea">Largest share of the picture's area, at most 1.</param>
/// <param name="LeastRatio">Smallest width by height, above 0.</param>
/// <param name="GreatestRatio">Largest width by height.</param>
public sealed record ResizedCrop(
    float LeastArea = 0.08f, float GreatestArea = 1f, float LeastRatio = 3f / 4f, float GreatestRatio = 4f / 3f)
{
    /// <summary>Keeps this stream apart from the others of a sample.</summary>
    private const ulong Purpose = 0x626F78;

    private const int Tries = 10;

    /// <summary>Draws the box of one sample.</summary>
    /// <param name="seed">The seed of the run.</param>
    /// <param name="epoch">The pass over the data, from 0.</param>
    /// <param name="sample">Index of the picture in its data set.</param>
    /// <param name="height">Rows of the picture.</param>
    /// <param name="width">Columns of the picture.</param>
    /// <exception cref="InvalidOperationException">The record's ranges are empty or out of bounds.</exception>
    public ImageBox Draw(ulong seed, int epoch, int sample, int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        Check();
        var random = new SplitMix64(seed, Purpose, (ulong)epoch, (ulong)sample);
        double area = (double)height * width, least = Math.Log(LeastRatio), greatest = Math.Log(GreatestRatio);
        for (int t = 0; t < Tries; t++)
        {
            double target = area * random.NextSingle(LeastArea, GreatestArea);
            double ratio = Math.Exp(least + (greatest - least) * random.NextSingle());
            double w = Math.Round(Math.Sqrt(target * ratio)), h = Math.Round(Math.Sqrt(target / ratio));
            if (w < 1 || w > width || h < 1 || h > height)
                continue;
            int top = random.NextInt32(height - (int)h + 1), left = random.NextInt32(width - (int)w + 1);
            return new ImageBox(top, left, (int)h, (int)w);
        }
        (int boxHeight, int boxWidth) = (height, width);
        if ((double)width / height < LeastRatio)
            boxHeight = Math.Clamp((int)Math.Round(width / (double)LeastRatio), 1, height);
        else if ((double)width / height > GreatestRatio)
            boxWidth = Math.Clamp((int)Math.Round(height * (double)GreatestRatio), 1, width);
        return new ImageBox((height - boxHeight) / 2, (width - boxWidth) / 2, boxHeight, boxWidth);
    }

    private void Check()
    {
        if (!(LeastArea > 0 && LeastArea <= GreatestArea && GreatestArea <= 1))
            throw new InvalidOperationException($"expected areas with 0 < least <= greatest <= 1, found {LeastArea} to {GreatestArea}");
        if (!(LeastRatio > 0 && LeastRatio <= GreatestRatio && float.IsFinite(GreatestRatio)))
            throw new InvalidOperationException($"expected ratios with 0 < least <= greatest, found {LeastRatio} to {GreatestRatio}");
    }
}
