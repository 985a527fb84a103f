namespace GpuNet;

/// <summary>Which parameters of a network are read from a file.</summary>
public sealed record WeightSelection
{
    /// <summary>All of them, under their own names.</summary>
    public static WeightSelection All { get; } = new();

    /// <summary>Only parameters below these names, such as <c>features</c> or <c>features.3</c>; empty for all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>No parameters below these names; they keep the values they have.</summary>
    public IReadOnlyList<string> Except { get; init; } = [];

    /// <summary>What the file puts before every name, such as <c>module.</c>.</summary>
    public string FilePrefix { get; init; } = "";

    /// <summary>Whether to take what fits and leave the rest without an error.</summary>
    public bool Partial { get; init; }

    /// <summary>
    /// Whether a name lies below a prefix: equal to it, or going on with a dot. <c>features.1</c> is not above <c>features.10</c>.
    /// </summary>
    public static bool IsBelow(string name, string prefix)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(prefix);
        prefix = prefix.TrimEnd('.');
        return name.StartsWith(prefix, StringComparison.Ordinal) && (name.Length == prefix.Length || name[prefix.Length] == '.');
    }

    /// <summary>Whether a parameter is asked for.</summary>
    internal bool Asks(string name) =>
        (Only.Count == 0 || Only.Any(p => IsBelow(name, p))) && !Except.Any(p => IsBelow(name, p));

    /// <summary>Whether a tensor of the file ought to have a parameter.</summary>
    internal bool Concerns(string tensor) =>
        !tensor.StartsWith(FilePrefix, StringComparison.Ordinal) ? Only.Count == 0 : Asks(tensor[FilePrefix.Length..]);
}

/// <summary>What came of reading weights.</summary>
/// <param name="Path">The file.</param>
/// <param name="Loaded">Parameters that were read.</param>
/// <param name="Missing">Parameters that were asked for and are not in the file.</param>
/// <param name="Unused">Tensors of the file that are no parameters of the network.</param>
/// <param name="Misshapen">Parameters that have other extents in the file, with both.</param>
/// <param name="Hint">What probably lies behind it and what to do; empty if nothing comes to mind.</param>
public sealed record LoadReport(
    string Path, IReadOnlyList<string> Loaded, IReadOnlyList<string> Missing, IReadOnlyList<string> Unused,
    IReadOnlyList<string> Misshapen, string Hint)
{
    /// <summary>The hint for a file whose batch norms have the statistics of a network that never ran.</summary>
    internal const string FoldedNorms = "All running statistics are mean 0 and variance 1, as where norms are folded into convolutions: "
        + "training with the statistics of batches would lose what the weights know, unless the norms are frozen (FreezeNorms).";

    /// <summary>Whether everything asked for was read, and nothing was left over.</summary>
    public bool IsComplete => Missing.Count == 0 && Unused.Count == 0 && Misshapen.Count == 0;

    /// <summary>
    /// Whether the file's batch norms seem to be folded into its convolutions, so that they had better be frozen in training.
    /// </summary>
    public bool HasFoldedNorms => Hint == FoldedNorms;

    /// <summary>The report in one line.</summary>
    public string Message
    {
        get
        {
            var parts = new List<string>();
            Add(parts, Missing, "missing");
            Add(parts, Misshapen, "of another shape");
            Add(parts, Unused, "not known to the network");
            string all = parts.Count > 0
                ? $"these are not the network's weights: {string.Join("; ", parts)}."
                : $"{Loaded.Count} tensors read.";
            return $"{Path}: {all}{(Hint.Length > 0 ? " " : "")}{Hint}";
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Message;

    /// <summary>Names a likely reason.</summary>
    internal static string FindHint(string[] parameters, string[] tensors, List<string> missing, List<string> misshapen)
    {
        if (missing.Count > 0 && tensors.FirstOrDefault(t => t.EndsWith("." + missing[0], StringComparison.Ordinal)) is { } longer)
        {
            string prefix = longer[..^missing[0].Length];
            return $"The file puts '{prefix}' before every name: say so (filePrefix).";
        }
        if (missing.Count == 0 && misshapen.Count > 0)
        {
            string head = parameters[^1].Split('.')[0];
            if (misshapen.All(m => m.StartsWith(head + ".", StringComparison.Ordinal)))
                return $"Only the head differs, probably in its number of classes: leave it out (except: \"{head}\").";
            return "The names are right and the extents are not: probably another width or variant of the network.";
        }
        return missing.Count == parameters.Length ? "No name is shared: probably the weights of another network." : "";
    }

    private static void Add(List<string> parts, IReadOnlyList<string> names, string what)
    {
        if (names.Count > 0)
            parts.Add($"{names.Count} {what}, such as {string.Join(", ", names.Take(2))}");
    }
}
