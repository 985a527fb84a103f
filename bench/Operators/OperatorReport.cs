using System.Globalization;
using System.Text;
using System.Text.Json;
using GpuNet.Bench.Comparison;
using GpuNet.Cli;

namespace GpuNet.Bench.Operators;

/// <summary>The figures of a device's operators as Markdown and JSON, in files that bear the device's name.</summary>
internal sealed class OperatorReport(BenchDevice on, Subject subject, bool brief, string folder)
{
    private readonly List<OperatorFigures> rows = [];
    private readonly List<string> notes = [];
    private readonly DateTime time = DateTime.UtcNow;

    /// <summary>The files, without their ends.</summary>
    public string Path { get; } = System.IO.Path.Combine(
        folder, string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-dd}-{Machine.Slug(Name(on.Device))}-operators"));

    public int Count => rows.Count;

    public void Add(OperatorFigures figures) => rows.Add(figures);

    public void Note(string note) => notes.Add(note);

    /// <summary>Writes what there is so far.</summary>
    public void Write()
    {
        File.WriteAllText(Path + ".md", Markdown().ReplaceLineEndings("\n"));
        File.WriteAllText(Path + ".json", JsonSerializer.Serialize(Json(), Terminal.JsonOptions) + "\n");
    }

    // A device's own name, but for the host, whose description is only that of its vectors.
    private static string Name(Device device) => device.IsHost ? Machine.Here().Processor : device.Info.Description;

    private double Ratio(OperatorFigures row) =>
        rows.FirstOrDefault(r => r.Case.IsFirst && r.Case.Group == row.Case.Group) is { } first
        ? first.Nanoseconds / row.Nanoseconds : double.NaN;

    private string Markdown()
    {
        Device device = on.Device;
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# Operators on {Name(device)}").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture,
            $"Device {device.Name}, {Device.KernelCompiler}; "
                + $"{string.Join(", ", subject.Models.Select(m => $"{m.Name} at {m.ImageHeight}x{m.ImageWidth}"))}, "
                + $"batch {subject.BatchOn(device)}, float32; {time:yyyy-MM-dd}. Measured: {on.Roofline}.").AppendLine();
        text.AppendLine("Median time of a launch, of many queued for each wait, on operands that rotate past the caches; "
            + "`*` marks the candidate the device's rule takes; \"gain\" is the first candidate's time by this one's; "
            + "\"uses\" is how often a pass of each network runs the operator.");
        if (brief)
            text.AppendLine().AppendLine("A short run: few measurements of each.");
        foreach (IGrouping<Direction, OperatorFigures> direction in rows.GroupBy(r => r.Case.Problem.Direction))
        {
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"## {direction.Key}").AppendLine();
            foreach ((string model, double chosen, double fastest, int nodes, int all) in Totals(direction.Key, [.. direction]))
            {
                text.AppendLine(CultureInfo.InvariantCulture,
                    $"{model}: {OperatorFigures.Time(chosen)} a pass by the rule's candidates, "
                        + $"{OperatorFigures.Time(fastest)} by the "
                        + $"quickest{(nodes < all ? $"; {all - nodes} of {all} operators were not measured" : "")}.").AppendLine();
            }
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| operator | uses | candidate | median | gain | {string.Join(" | ", OperatorFigures.All.Select(f => f.Name))} |");
            text.AppendLine($"|---|---|---|---|---|{string.Concat(Enumerable.Repeat("---|", OperatorFigures.All.Count))}");
            foreach (OperatorFigures row in direction)
            {
                text.AppendLine(CultureInfo.InvariantCulture,
                    $"| {row.Case.Problem.Operator} | {string.Join(", ", row.Case.Problem.Uses.Select(u => $"{u.Key} {u.Value}"))} | "
                        + $"{row.Case.Candidate.Name}{(row.Case.IsChosen ? " *" : "")} | {OperatorFigures.Time(row.Nanoseconds)} | "
                        + $"{Figure.Ratio(Ratio(row))} | {string.Join(" | ", OperatorFigures.All.Select(f => f.Text(row)))} |");
            }
        }
        foreach (string note in notes)
            text.AppendLine().AppendLine(note);
        return text.ToString();
    }

    // What the operators of each network's pass take together.
    private IEnumerable<(string Model, double Chosen, double Fastest, int Nodes, int All)> Totals(
        Direction direction, OperatorFigures[] measured)
    {
        foreach (string model in subject.Models.Select(m => m.Name))
        {
            int all = OperatorProblem.Of(direction, subject, on.Device).Sum(p => p.Uses.GetValueOrDefault(model)), nodes = 0;
            double chosen = 0, fastest = 0;
            foreach (IGrouping<string,
                OperatorFigures> group in measured.Where(r => r.Case.Problem.Uses.ContainsKey(model)).GroupBy(r => r.Case.Group))
            {
                if (group.FirstOrDefault(r => r.Case.IsChosen) is not { } taken)
                    continue;
                int uses = taken.Case.Problem.Uses[model];
                nodes += uses;
                chosen += uses * taken.Nanoseconds;
                fastest += uses * group.Min(r => r.Nanoseconds);
            }
            if (nodes > 0)
                yield return (model, chosen, fastest, nodes, all);
        }
    }

    private object Json() => new
    {
        Date = time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        Device = new { on.Device.Name, Description = Name(on.Device), on.Device.Info.Multiprocessors, on.Device.Info.ComputeCapability },
        Device.KernelCompiler,
        Batch = subject.BatchOn(on.Device),
        Models = subject.Models.Select(m => new { m.Name, m.Width, Size = m.ImageHeight, m.Classes }),
        CopyGigabytesPerS = on.Roofline.CopyBytes / 1e9,
        ProductGigaflopsPerS = on.Roofline.ProductFlops / 1e9,
        on.Roofline.Product,
        Brief = brief,
        Rows = rows.Select(r => new
        {
            Operator = r.Case.Problem.Operator.ToString(),
            Direction = r.Case.Problem.Direction.ToString(),
            r.Case.Problem.Uses,
            Candidate = r.Case.Candidate.Name,
            Chosen = r.Case.IsChosen,
            r.Nanoseconds,
            Gain = Ratio(r),
            r.GigaFlops,
            r.GigaBytes,
            r.ShareOfCopy,
            r.ShareOfProduct,
            r.Case.Launches,
            r.Case.Iterations,
        }),
        Notes = notes,
    };
}
