using System.Collections.Immutable;

namespace GpuNet;

/// <summary>The networks that can be asked for by name.</summary>
public static class ModelCatalog
{
    /// <summary>All of them.</summary>
    public static ImmutableArray<ModelEntry> All { get; } =
    [
        new("mobilenetv2", 224, MobileNetV2.Build),
        .. EfficientNet.Variants.Select(v => new ModelEntry(v.Name, v.ImageSize, (spec, input) => EfficientNet.Build(spec, v, input))),
    ];

    /// <summary>The network of a name.</summary>
    /// <exception cref="GpuNetException">There is none; the message lists those there are.</exception>
    public static ModelEntry Find(string name) => All.FirstOrDefault(m => m.Name == name)
        ?? throw new GpuNetException($"There is no model {name}; there are {string.Join(", ", All.Select(m => m.Name))}.");
}

/// <summary>One network of the catalogue.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ImageSize">Rows and columns of the images it was designed for.</param>
/// <param name="Build">Builds it up to its logits.</param>
public sealed record ModelEntry(string Name, int ImageSize, Func<ModelSpec, Shape, NetworkBuilder> Build);
