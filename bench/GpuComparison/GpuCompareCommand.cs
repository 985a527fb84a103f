using System.CommandLine;
using GpuNet.Bench.Comparison;
using GpuNet.Bench.Operators;
using GpuNet.Cli;

namespace GpuNet.Bench.GpuComparison;

/// <summary>
/// <c>dotnet run -c Release --project bench -- compare-gpu</c>: GpuNet and PyTorch on one card in one run, in rounds in which every side
/// is
/// measured once; tables go to the screen and to bench/results.
/// </summary>
internal static class GpuCompareCommand
{
    private const int DefaultRounds = 3;
    private const int Runs = 50;
    private const int DefaultSize = 224;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        Option<int?> rounds = OptionKinds.Whole("--rounds", $"Rounds (default: {DefaultRounds})", 1);
        Option<string> name =
            OptionKinds.Text("--device", "Device (default: cuda); PyTorch runs on the processor unless it is a CUDA device", "name");
        Option<string> precision = OptionKinds.OneOf("--precision", "GpuNet's precision (default: float32)", PlaceOptions.Precisions.Keys);
        Option<string> python =
            OptionKinds.Text("--python", "Python interpreter that has PyTorch and torchvision (default: python3)", "program");
        Option<int?> size = OptionKinds.Whole("--size", $"Rows and columns of an image (default: {DefaultSize})", 32);
        Option<string> only =
            OptionKinds.Text("--only", "Measure only works that have this text, such as 'batch 256' or training", "text");
        Option<bool> eager = OptionKinds.Flag("--eager", "Leave compiled networks out: compiling takes most of the time");
        Option<int?> seconds = OptionKinds.Whole("--seconds", "Begin no work after so long", 1);
        Option<string> output = OptionKinds.Text("--out", "Folder for the results (default: bench/results)", "folder");
        var command = new Command("compare-gpu", "Compare GpuNet with PyTorch on a card")
        {
            rounds, name, precision, python, size, only, eager, seconds, output,
        };
        command.SetAction(parse =>
        {
            try
            {
                DateTime end = parse.GetValue(seconds) is { } most ? DateTime.UtcNow.AddSeconds(most) : DateTime.MaxValue;
                using var on = new BenchDevice(Device.Open(parse.GetValue(name) ?? "cuda", new DeviceOptions
                {
                    Precision = PlaceOptions.Precisions[parse.GetValue(precision) ?? "float32"],
                }));
                using var torch = new TorchServer(parse.GetValue(python) ?? "python3", on.Device.Kind == DeviceKind.Cuda);
                int extent = parse.GetValue(size) ?? DefaultSize;
                string folder = Directory.CreateDirectory(parse.GetValue(output) ?? Path.Combine("bench", "results")).FullName;
                var report = new GpuReport(on.Device, torch.Description, extent, folder);
                if (torch.Missing is { } missing)
                    report.Notes.Add($"PyTorch is left out: {missing}.");
                report.Notes.ForEach(Console.WriteLine);
                report.Shares.AddRange(GpuShares.Measure(on, extent));
                string[] modes = [.. GpuRow.Modes.Keys.Where(m => !parse.GetValue(eager) || m != "compiled")];
                foreach (GpuWork work in GpuWork.All.Where(
                    w => $"{w}".Contains(parse.GetValue(only) ?? "", StringComparison.OrdinalIgnoreCase)))
                {
                    if (DateTime.UtcNow > end)
                        report.Notes.Add($"{work}: not begun, the time was over.");
                    else
                        Measure(work, modes, on.Device, torch, extent, parse.GetValue(rounds) ?? DefaultRounds, report);
                    report.Write();
                }
                report.Write();
                Console.WriteLine();
                Console.WriteLine(report.Tables());
                Console.WriteLine($"written to {report.Path}.md and .json");
                return ExitCodes.Done;
            }
            catch (Exception e) when (e is GpuNetException or IOException or UnauthorizedAccessException)
            {
                Console.Error.WriteLine($"compare-gpu: {e.Message}");
                return ExitCodes.Failure;
            }
        });
        return command;
    }

    private static void Measure(GpuWork work, string[] modes, Device device, TorchServer torch, int size, int rounds, GpuReport report)
    {
        try
        {
            using var timing = new GpuNetTiming(work, size, device);
            Dictionary<string, GpuRow> rows = modes.ToDictionary(m => m, m => new GpuRow(work, m));
            report.Rows.AddRange(rows.Values);
            List<double> own = [];
            for (int round = 0; round < rounds; round++)
            {
                var peers = new Dictionary<string, double>();
                void Peers(IEnumerable<string> order)
                {
                    foreach (string mode in order.Where(rows.ContainsKey).ToArray())
                    {
                        (double? milliseconds, string error) = torch.Measure(work, mode, size, Runs, Limit);
                        if (milliseconds is { } value)
                        {
                            peers[mode] = value;
                            continue;
                        }
                        // What failed once is not tried again.
                        rows.Remove(mode);
                        if (torch.Missing is null)
                            report.Notes.Add($"{work}, PyTorch {GpuRow.Modes[mode]}: {error}.");
                    }
                }

                // The order turns round by round, so that a card that warms up does so for all alike.
                if (round % 2 == 1)
                    Peers(modes.Reverse());
                own.Add(timing.Median(Runs, Limit));
                if (round % 2 == 0)
                    Peers(modes);
                foreach ((string mode, double peer) in peers)
                    rows[mode].Rounds.Add((own[^1], peer));
                string others = string.Concat(peers.Select(p => $", {p.Key} {Figure.Text(p.Value)} ms"));
                Console.WriteLine($"round {round + 1} of {rounds}: {work}: GpuNet {Figure.Text(own[^1])} ms{others}");
            }
            report.LaunchModes[work] = timing.LaunchMode;
            if (rows.Count == 0)
                report.Notes.Add($"{work}: GpuNet alone: {Figure.Text(Row.Median(own))} ms.");
        }
        catch (GpuNetException e)
        {
            report.Notes.Add($"{work}: {e.Message}");
            Console.WriteLine($"{work}: {e.Message}");
        }
        torch.Forget();
    }
}
