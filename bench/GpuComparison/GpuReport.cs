using System.Globalization;
using System.Text;
using System.Text.Json;
using GpuNet.Bench.Comparison;
using GpuNet.Bench.Operators;
using GpuNet.Cli;

namespace GpuNet.Bench.GpuComparison;

/// <summary>The comparison on a card as Markdown and JSON, in files that bear the card's name.</summary>
internal sealed class GpuReport(Device device, string peer, int size, string folder)
{
    private readonly DateTime time = DateTime.UtcNow;

    /// <summary>The files, without their ends.</summary>
    public string Path { get; } = System.IO.Path.Combine(
        folder, string.Create(CultureInfo.InvariantCulture,
        $"{DateTime.UtcNow:yyyy-MM-dd}-{Machine.Slug(device.IsHost ? Machine.Here().Processor : device.Info.Description)}-comparison"));

    public List<GpuRow> Rows { get; } = [];

    /// <summary>How the passes of each work reach the device.</summary>
    public Dictionary<GpuWork, string> LaunchModes { get; } = [];

    public List<GpuShare> Shares { get; } = [];

    public List<string> Notes { get; } = [];

    private IEnumerable<GpuRow> Measured => Rows.Where(r => r.Rounds.Count > 0);

    /// <summary>Writes what there is so far.</summary>
    public void Write()
    {
        File.WriteAllText(Path + ".md", Markdown().ReplaceLineEndings("\n"));
        File.WriteAllText(Path + ".json", JsonSerializer.Serialize(Json(), Terminal.JsonOptions) + "\n");
    }

    /// <summary>The tables alone.</summary>
    public string Tables()
    {
        var text = new StringBuilder();
        text.AppendLine("| work | against PyTorch | GpuNet | PyTorch | ratio | of the rounds | goal |");
        text.AppendLine("|---|---|---|---|---|---|---|");
        foreach (GpuRow row in Measured)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {row.Work} | {GpuRow.Modes[row.Mode]} | {Figure.Text(row.GpuNet)} ms | {Figure.Text(row.Peer)} ms | "
                    + $"**{Figure.Ratio(row.Ratio)}** | {Figure.Ratio(row.LeastRatio)} to {Figure.Ratio(row.GreatestRatio)} | "
                    + $"{Goal(row.Goal)} |");
        }
        if (Shares.Count == 0)
            return text.ToString();
        text.AppendLine().AppendLine("| kernels | reach | of | share | goal |").AppendLine("|---|---|---|---|---|");
        foreach (GpuShare share in Shares)
        {
            string limit = share.Limit is { } most
                ? $"{OperatorFigures.Number(most)} {share.Unit}, {share.Of}" : $"{share.Of}, which is not known here";
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {share.What} | {OperatorFigures.Number(share.Rate)} {share.Unit} | {limit} | "
                    + $"{(share.Share is { } part ? OperatorFigures.Share(part) : "-")} | {Goal(share.Goal)} |");
        }
        return text.ToString();
    }

    // What is asked of a card is not asked of a processor.
    private string Goal(object? goal) => device.Kind == DeviceKind.Cuda ? $"{goal}" : "";

    private string Markdown()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"# GpuNet and PyTorch on {device.Info.Description}").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture,
            $"{device.Name}, {device.Info.Note}; GpuNet {Cli.Program.Version}, {Device.KernelCompiler}; "
                + $"{(peer.Length > 0 ? peer : "no PyTorch")}; images of {size}x{size}; {time:yyyy-MM-dd}.").AppendLine();
        text.Append(Tables()).AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture,
            $"GpuNet's precision is {device.Options.Precision}. Ratio: GpuNet's median time by PyTorch's, lower is better; "
            + $"the last but one column is its range over the rounds. Both keep images and labels on the device; "
            + $"PyTorch is timed by CUDA events, GpuNet from the first launch to the end of the wait for the last. "
            + $"A training step is forward, cross-entropy, backward and SGD with momentum.");
        foreach (IGrouping<string, GpuWork> mode in LaunchModes.GroupBy(m => m.Value, m => m.Key))
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"Passes as {mode.Key}: {string.Join("; ", mode)}.");
        foreach (string note in Notes)
            text.AppendLine().AppendLine(note);
        text.AppendLine().AppendLine("To repeat it: `dotnet run -c Release --project bench -- compare-gpu`.");
        return text.ToString();
    }

    private object Json() => new
    {
        Date = time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        Device = new
        {
            device.Name,
            device.Info.Description,
            device.Info.Multiprocessors,
            device.Info.ComputeCapability,
            device.Info.MemoryBytes,
        },
        GpunetVersion = Cli.Program.Version,
        Device.KernelCompiler,
        Precision = device.Options.Precision.ToString(),
        Peer = peer,
        Size = size,
        Rows = Measured.Select(r => new
        {
            r.Work.Model,
            r.Work.Batch,
            r.Work.Train,
            PeerMode = r.Mode,
            GpunetMs = r.GpuNet,
            PeerMs = r.Peer,
            r.Ratio,
            r.LeastRatio,
            r.GreatestRatio,
            r.Goal,
            Rounds = r.Rounds.Select(x => new { GpunetMs = x.GpuNet, PeerMs = x.Peer }),
        }),
        Launches = LaunchModes.Select(m => new { m.Key.Model, m.Key.Batch, m.Key.Train, Mode = m.Value }),
        Shares = Shares.Select(s => new { s.What, s.Rate, s.Unit, s.Limit, s.Of, s.Share, s.Aim, s.Least }),
        Notes,
    };
}
