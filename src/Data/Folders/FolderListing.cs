namespace GpuNet;

/// <summary>The pictures of one part of a folder, class after class.</summary>
/// <param name="Files">Names relative to the folder.</param>
/// <param name="Starts">Index of each class's first picture, and the number of all at the end.</param>
internal sealed record FolderPart(string[] Files, int[] Starts)
{
    /// <summary>The class of a picture.</summary>
    public int LabelOf(int index)
    {
        // The last class that starts at or before it; classes may be empty in a part.
        int low = 0, high = Starts.Length - 2;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            (low, high) = Starts[middle] <= index ? (middle, high) : (low, middle - 1);
        }
        return low;
    }

    public static FolderPart Of(IReadOnlyList<string[]> classes)
    {
        int[] starts = new int[classes.Count + 1];
        for (int c = 0; c < classes.Count; c++)
            starts[c + 1] = checked(starts[c] + classes[c].Length);
        return new FolderPart([.. classes.SelectMany(files => files)], starts);
    }
}

/// <summary>What a folder of pictures holds, found without opening a picture.</summary>
/// <param name="Classes">One name a class, in ordinal order.</param>
/// <param name="Train">Pictures to learn from.</param>
/// <param name="Test">Pictures kept apart.</param>
internal sealed record FolderListing(IReadOnlyList<string> Classes, FolderPart Train, FolderPart Test)
{
    private const ulong Purpose = 0x73706C6974;

    /// <summary>Deeper folders are taken for a link that leads back to itself.</summary>
    private const int MaxDepth = 32;

    private static readonly string[] TestParts = ["test", "val"];

    private static readonly HashSet<string> Endings =
        new([".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".ppm"], StringComparer.OrdinalIgnoreCase);

    public static FolderListing Of(string folder, float share, int seed)
    {
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"{folder}: expected a folder with a folder of pictures a class, found "
                + (File.Exists(folder) ? "a file" : "no such folder"));
        string train = Path.Combine(folder, "train");
        string? test = TestParts.Select(part => Path.Combine(folder, part)).FirstOrDefault(Directory.Exists);
        // A class may be called "train": a part holds folders, no pictures beside them, and stands beside another part or alone.
        bool parts = Directory.Exists(train) && Folders(train).Length > 0 && Pictures(train).Length == 0
            && (test is not null || Folders(folder).Length == 1);
        string[] classes = ClassFolders(parts ? train : folder);
        string[][] files = [.. classes.Select(c => Files(folder, parts ? train : folder, c))];
        for (int c = 0; c < classes.Length; c++)
            if (files[c].Length == 0)
                throw new InvalidDataException(
                    $"{Path.Combine(parts ? train : folder, classes[c])}: expected pictures of class '{classes[c]}' "
                    + $"({string.Join(' ', Endings)}), found none");
        return parts && test is not null
            ? new FolderListing(classes, FolderPart.Of(files), Kept(folder, test, classes))
            : Split(folder, classes, files, share, seed);
    }

    /// <summary>A share of each class is kept apart, at least one picture of those that have two, and never the last one.</summary>
    private static FolderListing Split(string folder, string[] classes, string[][] files, float share, int seed)
    {
        var train = new string[classes.Length][];
        var test = new string[classes.Length][];
        for (int c = 0; c < classes.Length; c++)
        {
            int all = files[c].Length, kept = Math.Clamp((int)Math.Round(all * (double)share), Math.Min(1, all - 1), all - 1);
            int[] order = [.. Enumerable.Range(0, all)];
            new SplitMix64((ulong)seed, Purpose, (ulong)c).Shuffle(order);
            test[c] = [.. order[..kept].Order().Select(i => files[c][i])];
            train[c] = [.. order[kept..].Order().Select(i => files[c][i])];
        }
        if (test.All(t => t.Length == 0))
            throw new InvalidDataException(
                $"{folder}: expected two pictures of at least one class, one of them to measure on, found one each");
        return new FolderListing(classes, FolderPart.Of(train), FolderPart.Of(test));
    }

    private static FolderPart Kept(string folder, string test, string[] classes)
    {
        foreach (string name in Folders(test))
            if (Array.BinarySearch(classes, name, StringComparer.Ordinal) < 0)
                throw new InvalidDataException(
                    $"{Path.Combine(test, name)}: expected one of the {classes.Length} classes of train, found '{name}'");
        FolderPart part = FolderPart.Of(
            [.. classes.Select(c => Directory.Exists(Path.Combine(test, c)) ? Files(folder, test, c) : [])]);
        return part.Files.Length > 0
            ? part
            : throw new InvalidDataException($"{test}: expected pictures in the folders of the classes, found none");
    }

    private static string[] ClassFolders(string root)
    {
        string[] classes = Folders(root);
        return classes.Length switch
        {
            0 => throw new InvalidDataException($"{root}: expected a folder of pictures a class, found no folder"
                + (Pictures(root) is { Length: > 0 } loose ? $", but {loose.Length} pictures beside each other" : "")),
            1 => throw new InvalidDataException($"{root}: expected two classes or more, found one, '{classes[0]}'"),
            _ => classes,
        };
    }

    /// <summary>The pictures of a class in ordinal order, relative to the folder, with '/' whatever the system.</summary>
    private static string[] Files(string folder, string root, string name)
    {
        var files = new List<string>();
        Walk(Path.Combine(root, name), 0);
        string[] result = [.. files.Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/'))];
        Array.Sort(result, StringComparer.Ordinal);
        return result;

        void Walk(string at, int depth)
        {
            if (depth > MaxDepth)
                throw new InvalidDataException($"{at}: expected folders at most {MaxDepth} deep; does a link lead back?");
            files.AddRange(Pictures(at).Select(f => Path.Combine(at, f)));
            foreach (string inner in Folders(at))
                Walk(Path.Combine(at, inner), depth + 1);
        }
    }

    private static string[] Folders(string at) => Visible(Directory.EnumerateDirectories(at));

    private static string[] Pictures(string at) => Visible(Directory.EnumerateFiles(at).Where(f => Endings.Contains(Path.GetExtension(f))));

    private static string[] Visible(IEnumerable<string> paths)
    {
        string[] names = [.. paths.Select(p => Path.GetFileName(p)).Where(n => !n.StartsWith('.'))];
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }
}
