using System.Globalization;
using System.Text;

namespace GpuNet.Bench.Comparison;

/// <summary>A measurement as Markdown and as JSON.</summary>
internal sealed class Report(Measurement measurement, Machine machine, DateTime time, IReadOnlyList<string> notes)
{
    private const string TableStart = "<!-- speed: written by bench compare -->";
    private const string TableEnd = "<!-- /speed -->";

    public string FileName => string.Create(CultureInfo.InvariantCulture, $"{time:yyyy-MM-dd}-{machine.FileName}");

    /// <summary>The table alone: a row a comparison, and the cold start below it.</summary>
    public string Table()
    {
        var text = new StringBuilder();
        text.AppendLine("| work | against | GpuNet | peer | ratio | of the rounds |");
        text.AppendLine("|---|---|---|---|---|---|");
        foreach (Row row in measurement.Rows)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {row} | {row.Peer} | {Figure.Text(row.GpuNet)} {row.Unit} | {Figure.Text(row.PeerValue)} {row.Unit} | "
                    + $"**{Figure.Ratio(row.Ratio)}**{(row.IsRate ? " (higher is better)" : "")} | {Figure.Ratio(row.LeastRatio)} to "
                    + $"{Figure.Ratio(row.GreatestRatio)} |");
        }
        text.AppendLine();
        List<double> starts = measurement.ColdStart.Rounds;
        text.AppendLine(CultureInfo.InvariantCulture,
            $"First result of `gpunet predict`, MobileNetV2 1.0 at 224x224, from the start of the process to its end: "
                + $"**{Figure.Text(Row.Median(starts))} s** ({Figure.Text(starts.Min())} to {Figure.Text(starts.Max())}).");
        return text.ToString();
    }

    /// <summary>Machine, date and versions in one paragraph.</summary>
    public string Circumstances() => string.Create(CultureInfo.InvariantCulture,
        $"{machine.Processor}, {machine.Cores} cores, {machine.Vectors}; {machine.System}; {machine.Runtime}; {time:yyyy-MM-dd}. "
            + $"{string.Join(", ", measurement.Versions.Values)}.");

    public string Markdown()
    {
        var text = new StringBuilder();
        text.AppendLine("# GpuNet against its peers").AppendLine();
        text.AppendLine(Circumstances()).AppendLine();
        text.Append(Table()).AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture,
            $"Float32. Ratio: GpuNet's figure by the peer's, lower is better unless it says otherwise. "
                + $"{measurement.ColdStart.Rounds.Count} round{(measurement.ColdStart.Rounds.Count == 1 ? "" : "s")}; "
                + $"in each every program runs in a fresh process, one right after the other, "
                + $"and gives the median of its runs after at least 1.5 s of warm-up. The table has the medians of the rounds, "
                + $"the last column the least and the greatest ratio within one round. PyTorch runs as it does by default, "
                + $"eagerly and NCHW; ONNX Runtime with all its graph optimisations, on the network PyTorch exported. "
                + $"A training step is forward, cross-entropy, backward and SGD with momentum. "
                + $"Peak memory is the largest resident set of the process.");
        foreach (string note in notes)
            text.AppendLine().AppendLine(note);
        text.AppendLine().AppendLine("To repeat it: `dotnet run -c Release --project bench -- compare`.");
        return text.ToString();
    }

    /// <summary>The same for programs to read.</summary>
    public object Json() => new
    {
        Date = time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        Machine = new { machine.Processor, machine.Cores, machine.Vectors, machine.System, machine.Runtime },
        Programs = measurement.Versions,
        Rows = measurement.Rows.Select(row => new
        {
            Work = row.Title,
            row.Work.Model,
            row.Work.Width,
            row.Work.Size,
            row.Work.Batch,
            row.Work.Threads,
            row.Peer,
            Key = row.Metric,
            Gpunet = row.GpuNet,
            PeerValue = row.PeerValue,
            row.Ratio,
            row.LeastRatio,
            row.GreatestRatio,
            HigherIsBetter = row.IsRate,
            Rounds = row.Rounds.Select(r => new { Gpunet = r.GpuNet, r.Peer }),
        }),
        ColdStart = new { Seconds = Row.Median(measurement.ColdStart.Rounds), Rounds = measurement.ColdStart.Rounds },
        Notes = notes,
    };

    /// <summary>Puts table and circumstances between their marks in a page.</summary>
    /// <exception cref="GpuNetException">The page has no such marks.</exception>
    public void WriteInto(string page)
    {
        string text = File.ReadAllText(page);
        int start = text.IndexOf(TableStart, StringComparison.Ordinal), end = text.IndexOf(TableEnd, StringComparison.Ordinal);
        if (start < 0 || end < start)
            throw new GpuNetException($"{page}: expected the marks {TableStart} and {TableEnd} in this order.");
        string table = $"{TableStart}\n{Table()}\n{Circumstances()}\n";
        File.WriteAllText(page, (text[..start] + table + text[end..]).ReplaceLineEndings("\n"));
    }
}
