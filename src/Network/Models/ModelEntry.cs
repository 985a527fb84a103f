namespace GpuNet.Network;

/// <summary>One network of the catalogue.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ImageSize">Rows and columns of the images it was designed for.</param>
/// <param name="Build">Builds it up to its logits.</param>
public sealed record ModelEntry(string Name, int ImageSize, Func<ModelSpec, Shape, NetworkBuilder> Build);
