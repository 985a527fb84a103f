namespace GpuNet.Data;

/// <summary>The two parts of a data set; both have the same image size and the same classes.</summary>
/// <param name="Train">The images to learn from.</param>
/// <param name="Test">The images kept apart to measure what was learnt.</param>
public sealed record DatasetSplits(ImageDataset Train, ImageDataset Test);
