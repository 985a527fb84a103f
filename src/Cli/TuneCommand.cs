using System.CommandLine;
using System.Globalization;
using GpuNet.Kernels;
using Spectre.Console;
using Subject = GpuNet.Cli.SubjectOptions.Subject;

namespace GpuNet.Cli;

/// <summary>
/// <c>gpunet tune</c>: measures which kernels are best for a network on a device, and remembers them for the other commands.
/// </summary>
internal static class TuneCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("tune", "Measure which kernels suit a network best on this machine, and remember them");
        var options = new SubjectOptions(command, "Tune training steps as well");
        Option<bool> json = OptionKinds.Flag("--json", "Print one JSON object");
        command.Options.Add(json);
        var place = new PlaceOptions(command, terminal, canIgnoreTuning: false);
        command.SetAction(parse =>
        {
            Subject subject = options.Read(parse);
            using Device device = place.Open(parse);
            List<Part> parts = [];
            if (!device.IsHost)
            {
                RequireFile(device);
                parts.Add(Measure(terminal, subject, device, PlanMode.Inference));
                if (subject.Train && !terminal.Stop.IsCancellationRequested)
                    parts.Add(Measure(terminal, subject, device, PlanMode.Training));
            }
            if (parse.GetValue(json))
                terminal.Json(Describe(subject, device, parts));
            else
                Print(terminal, subject, device, parts);
            return terminal.Stop.IsCancellationRequested ? ExitCodes.Interrupted : ExitCodes.Done;
        });
        return command;
    }

    // Before anything is measured in vain.
    private static void RequireFile(Device device)
    {
        if (device.Tuning is { Note: { Length: > 0 } note })
            throw new GpuNetException($"{note} Remove it, or name another by {TuningFile.PathVariable}.");
    }

    private static Part Measure(Terminal terminal, Subject subject, Device device, PlanMode mode)
    {
        DirectionSet directions = mode == PlanMode.Inference ? DirectionSet.Forward : DirectionSet.Both;
        Operator[] nodes = Operators(subject, device, mode);
        // Operators whose text is the same are one.
        Dictionary<string, int> counts = nodes.GroupBy(op => op.ToString()).ToDictionary(g => g.Key, g => g.Count());
        IReadOnlyList<Operator> operators = Tuner.InOrder(nodes);
        var tuner = new Tuner(device);
        var rows = new List<Row>();
        void All(Action<string> report)
        {
            foreach (Operator op in operators)
            {
                if (terminal.Stop.IsCancellationRequested)
                    return;
                report(string.Create(CultureInfo.InvariantCulture, $"{rows.Count + 1} of {operators.Count}: {op}"));
                rows.Add(new Row(tuner.Tune(op, directions), counts.GetValueOrDefault(op.ToString())));
            }
        }

        if (terminal.Interactive)
            terminal.Console.Status().Start("tuning", context => All(text => context.Status(Markup.Escape(text))));
        else
            All(static _ => { });
        return new Part(mode == PlanMode.Inference ? "inference" : "training step", rows);
    }

    // As a plan runs them.
    private static Operator[] Operators(Subject subject, Device device, PlanMode mode)
    {
        Graph graph = mode == PlanMode.Training ? subject.Model.BuildWithLoss(subject.Batch) : subject.Model.Build(subject.Batch);
        return [.. Plan.Rewrite(graph, mode, device).Nodes.Select(n => n.Operator)];
    }

    private static object Describe(Subject subject, Device device, List<Part> parts) => new
    {
        Program.Version,
        Model = subject.Model.Name,
        subject.Model.Width,
        subject.Batch,
        Size = subject.Model.ImageHeight,
        subject.Model.Classes,
        Device = device.Name,
        DeviceDescription = device.Info.Description,
        device.Info.Driver,
        Device.KernelCompiler,
        File = device.IsHost ? null : device.Tuning?.Path,
        Passes = parts.Select(p => new
        {
            p.Name,
            RuleMs = 1000 * p.RuleSeconds,
            TunedMs = 1000 * p.TunedSeconds,
            Operators = p.Rows.Select(r => new
            {
                Operator = r.Result.Operator.ToString(),
                r.Nodes,
                Rule = r.Result.Rule.Candidate,
                Winner = r.Result.Winner?.Candidate,
                r.Result.Ratio,
                Candidates = r.Result.Trials.Select(t => new
                {
                    Name = t.Candidate,
                    ForwardUs = 1e6 * t.Forward,
                    BackwardUs = 1e6 * t.Backward,
                    Abandoned = t.IsAbandoned,
                    t.Failure,
                }),
            }),
        }),
    };

    private static void Print(Terminal terminal, Subject subject, Device device, List<Part> parts)
    {
        terminal.Line(string.Create(CultureInfo.InvariantCulture,
            $"{subject.Model.Name}, width {subject.Model.Width}, batch {subject.Batch}, "
                + $"{subject.Model.ImageHeight}x{subject.Model.ImageWidth}x3, {subject.Model.Classes} classes; {device}, "
                + $"{Device.KernelCompiler}"));
        if (device.IsHost)
        {
            terminal.Line($"Nothing to tune: on device {device.Name} every operator has one candidate, its host code. "
                + "Tune a device that runs kernels (--device, see gpunet devices).");
            return;
        }
        foreach (Part part in parts)
            Print(terminal, part);
        terminal.Line($"{Quantities.Count(device.Tuning!.CountOf(Operator.Build), "tuned choice")} for {device} in {device.Tuning.Path}");
    }

    private static void Print(Terminal terminal, Part part)
    {
        Table table = Terminal.NewTable(
            (part.Name, false), ("nodes", true), ("rule", false), ("time", true), ("best", false), ("time", true), ("ratio", true));
        foreach (Row row in part.Rows)
        {
            TunedOperator r = row.Result;
            table.AddRow(
                Markup.Escape(r.Operator.ToString()),
                row.Nodes > 0 ? row.Nodes.ToString(CultureInfo.InvariantCulture) : "part",
                Markup.Escape(r.Rule.Candidate),
                Time(r.Rule),
                Markup.Escape(r.Winner?.Candidate ?? "none"),
                r.Winner is { } winner ? Time(winner) : "-",
                r.Winner is null ? "-" : r.Ratio.ToString("F2", CultureInfo.InvariantCulture));
        }
        terminal.Write(table, Terminal.OperatorTableWidth);
        foreach (Row row in part.Rows)
        {
            foreach (Trial trial in row.Result.Trials.Where(t => t.Failure.Length > 0))
                terminal.Line($"{row.Result.Operator}: {trial.Candidate} failed: {Quantities.OneLine(trial.Failure)}");
        }
        terminal.Line(string.Create(CultureInfo.InvariantCulture,
            $"{part.Name}: {1000 * part.RuleSeconds:F3} ms by rule, {1000 * part.TunedSeconds:F3} ms tuned (sum over the operators, "
                + $"each alone), ratio {part.TunedSeconds / part.RuleSeconds:F2}"));
    }

    private static string Time(Trial trial) => trial.Failure.Length > 0 ? "failed"
        : string.Create(CultureInfo.InvariantCulture, $"{1e6 * trial.Seconds:F1} us");

    /// <summary>One operator's result, and how many nodes of the network it stands for; none for a part of another.</summary>
    private sealed record Row(TunedOperator Result, int Nodes)
    {
        public double RuleSeconds => Result.Rule.Failure.Length == 0 ? Result.Rule.Seconds : TunedSeconds;

        public double TunedSeconds => Result.Winner?.Seconds ?? 0;
    }

    private sealed record Part(string Name, List<Row> Rows)
    {
        public double RuleSeconds => Rows.Sum(r => r.Nodes * r.RuleSeconds);

        public double TunedSeconds => Rows.Sum(r => r.Nodes * r.TunedSeconds);
    }
}
