using System.Globalization;

namespace GpuNet;

/// <summary>Opens data sets by the text a person types: <c>cifar10:FOLDER</c> or <c>shapes[:train=N,test=N,seed=N]</c>.</summary>
public static class Datasets
{
    /// <summary>The forms <see cref="Parse"/> understands, for help texts.</summary>
    public const string Forms = "cifar10:FOLDER or shapes[:train=N,test=N,seed=N]";

    /// <summary>Parses and loads in one call.</summary>
    /// <param name="text">A data set in one of the <see cref="Forms"/>.</param>
    /// <exception cref="ArgumentException">The text names no data set, or has an unknown or malformed option.</exception>
    /// <exception cref="IOException">A file or folder is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">A file's content is wrong.</exception>
    public static DatasetSplits Open(string text) => Parse(text).Load();

    /// <summary>Turns text into a source without reading anything.</summary>
    /// <param name="text">A data set in one of the <see cref="Forms"/>.</param>
    /// <exception cref="ArgumentException">The text names no data set, or has an unknown or malformed option.</exception>
    public static DatasetSource Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        // Only the first colon separates: a folder may hold more of them (C:\data).
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string name = (colon < 0 ? text : text[..colon]).Trim();
        string rest = colon < 0 ? "" : text[(colon + 1)..];
        return name switch
        {
            "cifar10" when string.IsNullOrWhiteSpace(rest) =>
                throw new ArgumentException("data set 'cifar10': expected a folder, as in cifar10:FOLDER", nameof(text)),
            "cifar10" => new Cifar10Source(rest),
            "shapes" => ParseShapes(rest),
            _ => throw new ArgumentException($"unknown data set '{name}': expected {Forms}", nameof(text)),
        };
    }

    private static ShapesSource ParseShapes(string options)
    {
        var source = new ShapesSource();
        if (string.IsNullOrWhiteSpace(options))
            return source;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string option in options.Split(',', StringSplitOptions.TrimEntries))
        {
            int equals = option.IndexOf('=', StringComparison.Ordinal);
            string key = (equals < 0 ? option : option[..equals]).TrimEnd();
            string value = equals < 0 ? "" : option[(equals + 1)..].TrimStart();
            if (key is not ("train" or "test" or "seed"))
                throw new ArgumentException($"data set 'shapes': unknown option '{key}', expected train, test or seed", nameof(options));
            if (!seen.Add(key))
                throw new ArgumentException($"data set 'shapes': option '{key}' is given twice", nameof(options));
            source = key switch
            {
                "train" => source with { TrainCount = ParseCount(key, value) },
                "test" => source with { TestCount = ParseCount(key, value) },
                _ => source with { Seed = ParseSeed(value) },
            };
        }
        return source;
    }

    private static int ParseCount(string key, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count is >= 1 and <= ShapesSource.MaxCount
            ? count
            : throw new ArgumentException(
                $"data set 'shapes': option '{key}' expects a whole number 1..{ShapesSource.MaxCount}, found '{value}'", nameof(value));

    private static ulong ParseSeed(string value) =>
        ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed)
            ? seed
            : throw new ArgumentException(
                $"data set 'shapes': option 'seed' expects a whole number 0..{ulong.MaxValue}, found '{value}'", nameof(value));
}

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

/// <summary>The two parts of a data set; both have the same image size and the same classes.</summary>
/// <param name="Train">The images to learn from.</param>
/// <param name="Test">The images kept apart to measure what was learnt.</param>
public sealed record DatasetSplits(ImageDataset Train, ImageDataset Test);
