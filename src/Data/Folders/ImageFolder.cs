namespace GpuNet;

/// <summary>
/// Pictures in folders, a folder a class, read from disk as they are needed: only names and labels are in memory, so a hundred thousand
/// pictures and more are fine. Pictures to measure on are in a part of their own (<c>train/CLASS/...</c> beside <c>test/CLASS/...</c> or
/// <c>val/CLASS/...</c>), or a share of each class is kept apart (<c>CLASS/...</c>). Folders within a class belong to it. What starts with
/// a dot is ignored. Classes and pictures are ordered by their names' characters (ordinal), so nothing depends on the file system.
/// </summary>
public sealed class ImageFolder : ImageData
{
    private readonly FolderListing listing;
    private readonly ImageFolderOptions options;
    private readonly BrokenImageLog log;

    private ImageFolder(
        string folder, FolderListing listing, ImageFolderOptions options, ImagePreprocessing preprocessing, BrokenImageLog log)
    {
        (Folder, this.listing, this.options, this.log, Preprocessing) = (folder, listing, options, log, preprocessing);
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        Train = new FolderSamples($"{name} train", folder, listing.Classes, listing.Train, preprocessing, options.Broken, log);
        Test = new FolderSamples($"{name} test", folder, listing.Classes, listing.Test, preprocessing, options.Broken, log);
        Augmentation = options.Augmentation;
    }

    /// <summary>Raised when a broken picture is met, once for each, on the thread that met it.</summary>
    public event Action<BrokenImage>? BrokenFound
    {
        add => log.Found += value;
        remove => log.Found -= value;
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>The broken pictures met so far, in the order they were met in.</summary>
    public IReadOnlyList<BrokenImage> Broken => log.All;

    /// <inheritdoc/>
    public override SampleSet Train { get; }

    /// <inheritdoc/>
    public override SampleSet Test { get; }

    /// <inheritdoc/>
    public override ImagePreprocessing Preprocessing { get; }

    /// <summary>Lists a folder; no picture is opened.</summary>
    /// <param name="folder">The folder that holds the classes' folders, or <c>train</c> and <c>test</c> or <c>val</c> with those.</param>
    /// <param name="size">Rows and columns of the network's input.</param>
    /// <param name="test">Share of each class that is kept apart where the folder has no part for it, above 0 and below 1.</param>
    /// <param name="seed">Chooses the pictures that are kept apart.</param>
    /// <param name="broken">What happens with a picture that cannot be read.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It holds fewer than two classes, or one without pictures; the message says which.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static ImageFolder Open(
        string folder, int size = 224, float test = 0.1f, int seed = 0, BrokenImages broken = BrokenImages.Skip) =>
        Open(folder, new ImageFolderOptions { Size = size, Test = test, Seed = seed, Broken = broken });

    /// <summary>Lists a folder; no picture is opened.</summary>
    /// <param name="folder">The folder that holds the classes' folders, or <c>train</c> and <c>test</c> or <c>val</c> with those.</param>
    /// <param name="options">Everything else.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It holds fewer than two classes, or one without pictures; the message says which.</exception>
    public static ImageFolder Open(string folder, ImageFolderOptions options)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(options);
        var preprocessing = new ImagePreprocessing(options.Size, options.Size, options.Normalization) { Filter = options.Filter };
        if (options.Resize is { } resize)
            preprocessing = preprocessing with { Resize = resize };
        return new ImageFolder(folder, FolderListing.Of(folder, options.Test, options.Seed), options, preprocessing, new BrokenImageLog());
    }

    /// <inheritdoc/>
    public override ImageData With(ImagePreprocessing preprocessing)
    {
        ArgumentNullException.ThrowIfNull(preprocessing);
        return new ImageFolder(Folder, listing, options, preprocessing, log) { Augmentation = Augmentation };
    }
}

/// <summary>How an <see cref="ImageFolder"/> is opened.</summary>
public sealed record ImageFolderOptions
{
    /// <summary>Rows and columns of the network's input.</summary>
    public int Size { get; init; } = 224;

    /// <summary>Share of each class that is kept apart where the folder has no part for it, above 0 and below 1.</summary>
    public float Test { get; init => field = CheckShare(value); } = 0.1f;

    /// <summary>Chooses the pictures that are kept apart.</summary>
    public int Seed { get; init; }

    /// <summary>What happens with a picture that cannot be read.</summary>
    public BrokenImages Broken { get; init; } = BrokenImages.Skip;

    /// <summary>Length of the shorter side before the middle is cut out; <see cref="Size"/> / 0.875 if null.</summary>
    public int? Resize { get; init; }

    /// <summary>How pictures are sampled when they are resized.</summary>
    public ResizeFilter Filter { get; init; } = ResizeFilter.Bilinear;

    /// <summary>Bytes to floats; that of networks trained on ImageNet unless said otherwise.</summary>
    public Normalization Normalization { get; init; } = Normalization.ImageNet;

    /// <summary>The random changes of training.</summary>
    public Augmentation Augmentation { get; init; } = Augmentation.RandomResizedCrop;

    private static float CheckShare(float test) => test is > 0f and < 1f
        ? test
        : throw new ArgumentOutOfRangeException(nameof(test), test, "expected a share above 0 and below 1");
}

/// <summary>What happens with a picture that cannot be read.</summary>
public enum BrokenImages
{
    /// <summary>It is named once, and the next readable picture of its class takes its place.</summary>
    Skip,

    /// <summary>It is an error.</summary>
    Fail,
}

/// <summary>A picture that cannot be read.</summary>
/// <param name="File">The file.</param>
/// <param name="Reason">What was wrong with it.</param>
public sealed record BrokenImage(string File, string Reason);

/// <summary>The broken pictures of a folder, for all its parts and all threads.</summary>
internal sealed class BrokenImageLog
{
    private readonly Lock gate = new();
    private readonly HashSet<string> files = new(StringComparer.Ordinal);
    private readonly List<BrokenImage> all = [];

    public event Action<BrokenImage>? Found;

    public IReadOnlyList<BrokenImage> All
    {
        get
        {
            lock (gate)
                return [.. all];
        }
    }

    public bool Contains(string file)
    {
        lock (gate)
            return files.Contains(file);
    }

    public void Add(string file, string reason)
    {
        var image = new BrokenImage(file, reason);
        lock (gate)
        {
            if (!files.Add(file))
                return;
            all.Add(image);
        }
        Found?.Invoke(image);
    }
}
