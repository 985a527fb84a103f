namespace GpuNet.Kernels;

/// <summary>How the depth of a product is shared out among groups of threads, by value.</summary>
internal readonly struct ProductParts
{
    /// <summary>Parts; one where nothing is split, and then the groups of channels take the grid's third axis.</summary>
    public readonly int Count;

    /// <summary>Steps of a part.</summary>
    public readonly int Steps;

    /// <summary>
    /// How much further the next part starts: rows of taps; taps, where there is one row of them; channels, where there is one tap.
    /// </summary>
    public readonly int TapRows, TapColumns, Depth;

    /// <summary>Shares out whole rows of taps, or taps, or the channels of a single one.</summary>
    /// <param name="g">The product.</param>
    /// <param name="stepDepth">Channels of a step.</param>
    /// <param name="most">Most parts there may be.</param>
    internal ProductParts(ProductGeometry g, int stepDepth, int most)
    {
        int steps = (g.Depth + stepDepth - 1) / stepDepth;
        int units = g.TapsH > 1 ? g.TapsH : g.TapsW > 1 ? g.TapsW : steps, each = Math.Max(1, (units + most - 1) / most);
        Count = Math.Max(1, (units + each - 1) / each);
        if (g.TapsH > 1)
            (TapRows, Steps) = (each, each * g.TapsW * steps);
        else if (g.TapsW > 1)
            (TapColumns, Steps) = (each, each * steps);
        else
            (Depth, Steps) = (each * stepDepth, each);
    }
}
