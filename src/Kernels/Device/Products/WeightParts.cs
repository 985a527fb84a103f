namespace GpuNet.Kernels;

/// <summary>How the gradient of weights is shared out among groups of threads, by value.</summary>
public readonly struct WeightParts
{
    /// <summary>Tiles that the channels of a tap take.</summary>
    public readonly int ChannelTiles;

    /// <summary>Rows of a block.</summary>
    public readonly int BlockRows;

    /// <summary>
    /// How many images, lines and pixels the rows of a step are. The host divides, since compilers move a kernel's divisions to where
    /// their results are used: into the loop.
    /// </summary>
    public readonly int StepImages, StepLines, StepPixels;

    /// <summary>Shares it out.</summary>
    /// <param name="g">The product.</param>
    /// <param name="channelTiles">Tiles that the channels of a tap take.</param>
    /// <param name="blockRows">Rows of a block.</param>
    /// <param name="stepRows">Rows of a step.</param>
    internal WeightParts(ProductGeometry g, int channelTiles, int blockRows, int stepRows)
    {
        (ChannelTiles, BlockRows) = (channelTiles, blockRows);
        (int lines, StepPixels) = Math.DivRem(stepRows, g.TargetW);
        (StepImages, StepLines) = Math.DivRem(lines, g.TargetH);
    }
}
