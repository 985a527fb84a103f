namespace GpuNet.Data;

/// <summary>
/// Where a data set comes from: a value that can be parsed, compared and printed before anything is read.
/// <see cref="Datasets.Parse"/> makes one from text.
/// </summary>
public abstract record DatasetSource
{
    /// <summary>The random changes to training images that keep their class, and that training makes unless told otherwise.</summary>
    public abstract Augmentation Augmentation { get; }

    /// <summary>Reads or draws both parts.</summary>
    /// <exception cref="IOException">A file or folder is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">A file's content is wrong; the message names file, byte offset and expectation.</exception>
    public abstract DatasetSplits Load();
}
