using System.Globalization;

namespace GpuNet;

/// <summary>Opens data sets by the text a person types; <see cref="Forms"/> says how.</summary>
public static class Datasets
{
    /// <summary>The forms <see cref="Parse"/> understands, for help texts.</summary>
    public const string Forms = "folder:FOLDER[,size=N,test=SHARE,seed=N], cifar10:FOLDER or shapes[:train=N,test=N,seed=N]";

    /// <summary>Parses and loads in one call; pictures in folders are listed, not read.</summary>
    /// <param name="text">A data set in one of the <see cref="Forms"/>.</param>
    /// <exception cref="ArgumentException">The text names no data set, or has an unknown or malformed option.</exception>
    /// <exception cref="IOException">A file or folder is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">A file's content is wrong.</exception>
    public static ImageData Open(string text) => Parse(text).Load();

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
            "folder" => ParseFolder(rest),
            "shapes" => ParseShapes(rest),
            _ => throw new ArgumentException($"unknown data set '{name}': expected {Forms}", nameof(text)),
        };
    }

    private static ShapesSource ParseShapes(string options)
    {
        var source = new ShapesSource();
        if (string.IsNullOrWhiteSpace(options))
            return source;
        foreach ((string key, string value) in Options("shapes", options.Split(','), "train", "test", "seed"))
            source = key switch
            {
                "train" => source with { TrainCount = (int)Whole("shapes", key, value, 1, ShapesSource.MaxCount) },
                "test" => source with { TestCount = (int)Whole("shapes", key, value, 1, ShapesSource.MaxCount) },
                _ => source with { Seed = Whole("shapes", key, value, 0, ulong.MaxValue) },
            };
        return source;
    }

    private static FolderSource ParseFolder(string text)
    {
        // Options are behind the folder, whose name may have commas: it ends where nothing but KEY=VALUE follows.
        string[] parts = text.Split(',');
        int first = parts.Length;
        while (first > 1 && parts[first - 1].IndexOf('=', StringComparison.Ordinal) is > 0 and var equals
            && parts[first - 1][..equals].Trim().All(char.IsAsciiLetter))
            first--;
        string folder = string.Join(',', parts[..first]);
        if (string.IsNullOrWhiteSpace(folder))
            throw new ArgumentException("data set 'folder': expected a folder, as in folder:FOLDER", nameof(text));
        var source = new FolderSource(folder);
        foreach ((string key, string value) in Options("folder", parts[first..], "size", "test", "seed"))
            source = key switch
            {
                "size" => source with { Size = (int)Whole("folder", key, value, 1, 1 << 16) },
                "seed" => source with { Seed = (int)Whole("folder", key, value, 0, int.MaxValue) },
                _ => source with { Test = Share(key, value) },
            };
        return source;
    }

    private static List<(string Key, string Value)> Options(string name, string[] options, params string[] known)
    {
        var found = new List<(string Key, string Value)>();
        foreach (string option in options)
        {
            int equals = option.IndexOf('=', StringComparison.Ordinal);
            string key = (equals < 0 ? option : option[..equals]).Trim();
            if (!known.Contains(key))
                throw new ArgumentException(
                    $"data set '{name}': unknown option '{key}', expected {string.Join(", ", known[..^1])} or {known[^1]}",
                    nameof(options));
            if (found.Exists(o => o.Key == key))
                throw new ArgumentException($"data set '{name}': option '{key}' is given twice", nameof(options));
            found.Add((key, equals < 0 ? "" : option[(equals + 1)..].Trim()));
        }
        return found;
    }

    private static ulong Whole(string name, string key, string value, ulong least, ulong greatest) =>
        ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) && number >= least && number <= greatest
            ? number
            : throw new ArgumentException(
                $"data set '{name}': option '{key}' expects a whole number {least}..{greatest}, found '{value}'", nameof(value));

    private static float Share(string key, string value) =>
        float.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out float share) && share is > 0f and < 1f
            ? share
            : throw new ArgumentException(
                $"data set 'folder': option '{key}' expects a share above 0 and below 1, found '{value}'", nameof(value));
}

/// <summary>
/// Where a data set comes from: a value that can be parsed, compared and printed before anything is read.
/// <see cref="Datasets.Parse"/> makes one from text.
/// </summary>
public abstract record DatasetSource
{
    /// <summary>The random changes to training images that keep their class, and that training makes unless told otherwise.</summary>
    public abstract Augmentation Augmentation { get; }

    /// <summary>The text that <see cref="Datasets.Parse"/> turns into this source, valid from any current folder.</summary>
    public abstract string Text { get; }

    /// <summary>Reads, lists or draws both parts.</summary>
    /// <exception cref="IOException">A file or folder is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">A file's content is wrong; the message names file, byte offset and expectation.</exception>
    public abstract ImageData Load();
}
