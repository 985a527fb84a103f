using System.CommandLine;
using System.Text.Json;
using GpuNet.Cli;

namespace GpuNet.Bench.Comparison;

/// <summary>
/// <c>dotnet run -c Release --project bench -- compare</c>: GpuNet and the libraries installed here, measured together; the table goes to
/// the screen and to bench/results.
/// </summary>
internal static class CompareCommand
{
    private const int DefaultRounds = 5;

    public static Command Create()
    {
        Option<int?> rounds = OptionKinds.Whole("--rounds", $"Rounds (default: {DefaultRounds})", 1);
        Option<int?> threads = OptionKinds.Whole("--threads", "Threads (default: every core)", 1, DeviceOptions.MaxThreads);
        Option<string> python =
            OptionKinds.Text("--python", "Python interpreter that has PyTorch and torchvision (default: python3)", "program");
        Option<string> node = OptionKinds.Text("--node", "Node (default: node)", "program");
        Option<string> modules = OptionKinds.Text("--node-modules",
            "Folder node_modules that has onnxruntime-node; by default Node's own rules, NODE_PATH among them", "folder");
        Option<string> output = OptionKinds.Text("--out", "Folder for the results (default: bench/results)", "folder");
        Option<string> page = OptionKinds.Text("--page", "A page whose table is to be replaced, such as README.md", "file");
        Option<string> only =
            OptionKinds.Text("--only", "Measure only the rows that have this text, such as 'batch 8' or PyTorch", "text");
        var command = new Command(
            "compare", "Compare GpuNet with the libraries installed here") { rounds, threads, python, node, modules, output, page, only };
        command.Validators.Add(result =>
        {
            if (result.GetValue(page) is not null && result.GetValue(only) is not null)
                result.AddError("--page takes the whole table: leave out --only");
            if (result.GetValue(page) is { } path && !File.Exists(path))
                result.AddError($"--page: there is no file {path}");
        });
        command.SetAction(parse =>
        {
            string folder = Directory.CreateTempSubdirectory("gpunet-compare").FullName;
            try
            {
                var torch = new TorchPeer(parse.GetValue(python) ?? "python3");
                var runtime = new OnnxRuntimePeer(parse.GetValue(node) ?? "node", parse.GetValue(modules), torch, folder);
                string? busy = Machine.Busy();
                (Peer[] programs, string[] notes) = Present(new GpuNetPeer(), runtime, torch);
                notes = busy is null ? notes : [busy, .. notes];
                Array.ForEach(notes, Console.WriteLine);
                string results = Directory.CreateDirectory(parse.GetValue(output) ?? Path.Combine("bench", "results")).FullName;
                var coldStart = new ColdStart(folder);
                coldStart.Prepare();
                Row[] rows = [.. Row.All(parse.GetValue(threads) ?? Environment.ProcessorCount)
                    .Where(r => $"{r} {r.Peer}".Contains(parse.GetValue(only) ?? "", StringComparison.OrdinalIgnoreCase))];
                var measurement = new Measurement(programs, rows, coldStart, Console.WriteLine);
                if (measurement.Rows.Count == 0)
                {
                    throw new GpuNetException(
                        "there is nothing to compare: no row has the text of --only, or none of the libraries is installed.");
                }
                if (parse.GetValue(page) is not null && measurement.Rows.Count < rows.Length)
                    throw new GpuNetException("--page takes the whole table: install what is missing, or leave out --page.");
                measurement.Run(parse.GetValue(rounds) ?? DefaultRounds);
                var report = new Report(measurement, Machine.Here(), DateTime.UtcNow, notes);
                Write(report, results);
                if (parse.GetValue(page) is { } path)
                    report.WriteInto(path);
                return 0;
            }
            catch (Exception e) when (e is GpuNetException or IOException or UnauthorizedAccessException)
            {
                Console.Error.WriteLine($"compare: {e.Message}");
                return 1;
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        });
        return command;
    }

    private static (Peer[] Programs, string[] Notes) Present(params Peer[] all)
    {
        (Peer Peer, string? Missing)[] known = [.. all.Select(p => (p, p.Missing()))];
        if (known[0].Missing is { } reason)
            throw new GpuNetException(reason);
        return ([.. known.Where(k => k.Missing is null).Select(k => k.Peer)], [.. known.Select(k => k.Missing).OfType<string>()]);
    }

    private static void Write(Report report, string folder)
    {
        string path = Path.Combine(folder, report.FileName);
        File.WriteAllText(path + ".md", report.Markdown().ReplaceLineEndings("\n"));
        File.WriteAllText(path + ".json", JsonSerializer.Serialize(report.Json(), Terminal.JsonOptions) + "\n");
        Console.WriteLine();
        Console.WriteLine(report.Table());
        Console.WriteLine($"written to {path}.md and .json");
    }
}
