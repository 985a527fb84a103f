namespace GpuNet.Kernels;

/// <summary>
/// Where the kernel that makes a tensor leaves what a batch norm needs of it: for each block of pixels the mean of a channel, and its
/// squared deviations from that mean, which blocks of any size can be merged from (Chan et al. 1983) without a large mean swallowing
/// the variance. Layout: means [blocks, channels], squared deviations [blocks, channels], pixels of a block [blocks].
/// </summary>
/// <param name="Blocks">Blocks of pixels.</param>
/// <param name="Channels">Channels.</param>
internal readonly record struct Moments(int Blocks, int Channels)
{
    /// <summary>Elements of the whole.</summary>
    public long Elements => ((2L * Channels) + 1) * Blocks;

    /// <summary>Where the squared deviations begin.</summary>
    public int Squares => Blocks * Channels;

    /// <summary>Where the counts begin.</summary>
    public int Counts => 2 * Blocks * Channels;
}
