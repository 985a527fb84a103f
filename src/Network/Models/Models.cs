namespace GpuNet;

/// <summary>
/// Networks to start from: those of the catalogue, and one's own. A description lies on no device and has no parameters yet;
/// <c>On(device)</c> makes a model of it.
/// </summary>
public static class Models
{
    /// <summary>MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381) under torchvision's parameter names.</summary>
    /// <param name="classes">The classes, or how many.</param>
    /// <param name="width">Width multiplier.</param>
    /// <param name="size">Rows and columns of an image; 0 for the size it was designed for.</param>
    public static ModelSpec MobileNetV2(ClassNames? classes = null, double width = 1, int size = 0) =>
        Named("mobilenetv2", classes, width, size);

    /// <summary>EfficientNet (Tan and Le 2019, arXiv:1905.11946) under torchvision's parameter names.</summary>
    /// <param name="variant">0 to 7: B0 to B7.</param>
    /// <param name="classes">The classes, or how many.</param>
    /// <param name="size">Rows and columns of an image; 0 for the size the variant was designed for.</param>
    public static ModelSpec EfficientNet(int variant = 0, ClassNames? classes = null, int size = 0) =>
        Named(FormattableString.Invariant($"efficientnet-b{variant}"), classes, 1, size);

    /// <summary>A network of the catalogue.</summary>
    /// <param name="name">A name of <see cref="ModelCatalog"/>.</param>
    /// <param name="classes">The classes, or how many; null for ImageNet's 1000.</param>
    /// <param name="width">Width multiplier.</param>
    /// <param name="size">Rows and columns of an image; 0 for the size the network was designed for.</param>
    /// <exception cref="GpuNetException">There is no network of that name; the message lists those there are.</exception>
    public static ModelSpec Named(string name, ClassNames? classes = null, double width = 1, int size = 0)
    {
        int extent = size > 0 ? size : ModelCatalog.Find(name).ImageSize;
        return new ModelSpec(name) { Classes = classes ?? 1000, Width = width, ImageHeight = extent, ImageWidth = extent };
    }

    /// <summary>A network of one's own.</summary>
    /// <param name="name">What to call it.</param>
    /// <param name="image">Extents of one image, N = 1.</param>
    /// <param name="classes">The classes, or how many; <see cref="NetworkBuilder.Classes"/> tells the definition.</param>
    /// <param name="define">Adds the layers and marks the outputs; see <see cref="ModelSpec.Define"/>.</param>
    public static ModelSpec Define(string name, Shape image, ClassNames classes, Action<NetworkBuilder> define) => new(name)
    {
        Classes = classes,
        ImageHeight = image.H,
        ImageWidth = image.W,
        ImageChannels = image.C,
        Define = define ?? throw new ArgumentNullException(nameof(define)),
    };
}
