using System.Globalization;

namespace GpuNet;

/// <summary>Pictures in folders, by text; <see cref="ImageFolder"/> says what they look like.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Size">Rows and columns of the network's input.</param>
/// <param name="Test">Share of each class that is kept apart where the folder has no part for it.</param>
/// <param name="Seed">Chooses the pictures that are kept apart.</param>
internal sealed record FolderSource(string Folder, int Size = 224, float Test = 0.1f, int Seed = 0) : DatasetSource
{
    /// <inheritdoc/>
    public override Augmentation Augmentation => Augmentation.RandomResizedCrop;

    /// <inheritdoc/>
    public override string Text => string.Create(CultureInfo.InvariantCulture,
        $"folder:{Path.GetFullPath(Folder)},size={Size},test={Test},seed={Seed}");

    /// <inheritdoc/>
    public override ImageFolder Load() => ImageFolder.Open(Folder, Size, Test, Seed);
}
