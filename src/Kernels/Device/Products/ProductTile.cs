namespace GpuNet.Kernels;

/// <summary>Where the tiles of a convolution's products lie.</summary>
internal enum ProductTile
{
    /// <summary>In the registers of each thread: <see cref="RegisterProduct"/>.</summary>
    Register,

    /// <summary>In the memory that a group shares: <see cref="SharedProduct"/>.</summary>
    Shared,

    /// <summary>The same, with the depth of thin products split among groups.</summary>
    SharedSplit,
}
