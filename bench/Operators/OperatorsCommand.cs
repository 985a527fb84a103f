using System.CommandLine;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Parameters;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using GpuNet.Cli;
using Perfolizer.Mathematics.OutlierDetection;

namespace GpuNet.Bench.Operators;

/// <summary>
/// <c>dotnet run -c Release --project bench -- operators</c>: every candidate of every distinct operator of the networks, in both
/// directions, on every device; BenchmarkDotNet measures, the first candidate is its baseline, and a table for each device goes to
/// bench/results.
/// </summary>
internal static class OperatorsCommand
{
    private const int CaseWidth = 140;

    public static Command Create()
    {
        Option<bool> brief = OptionKinds.Flag("--short", "Few measurements of each: all of it in some minutes on a card");
        Option<int?> seconds = OptionKinds.Whole("--seconds", "Begin no measurement after so long", 1);
        Option<string> only =
            OptionKinds.Text("--only", "Measure only cases that have this text, such as DepthwiseConv or Backward", "text");
        Option<string> output = OptionKinds.Text("--out", "Folder for the results (default: bench/results)", "folder");
        var command = new Command(
            "operators", "Measure every candidate of every operator of the networks") { brief, seconds, only, output };
        var options = new Subject.Options(command);
        command.SetAction(parse =>
        {
            try
            {
                options.Apply(parse);
                OperatorBenchmarks.End = parse.GetValue(seconds) is { } limit ? DateTime.UtcNow.AddSeconds(limit) : DateTime.MaxValue;
                string folder = Directory.CreateDirectory(parse.GetValue(output) ?? Path.Combine("bench", "results")).FullName;
                int rows = 0;
                foreach (string device in Subject.Current.Devices)
                    rows += Measure(device, parse.GetValue(brief), parse.GetValue(only) ?? "", folder);
                return rows > 0 ? ExitCodes.Done : Nothing();
            }
            catch (Exception e) when (e is GpuNetException or IOException or UnauthorizedAccessException)
            {
                Console.Error.WriteLine($"operators: {e.Message}");
                return ExitCodes.Failure;
            }
        });
        return command;
    }

    private static int Measure(string name, bool brief, string only, string folder)
    {
        using var on = new BenchDevice(Subject.Current.Open(name));
        var report = new OperatorReport(on, Subject.Current, brief, folder);
        Console.WriteLine(
            $"{on.Device}: {on.Roofline}");
        foreach (Direction direction in Enum.GetValues<Direction>())
            Measure(on, direction, brief ? Effort.Brief : Effort.Full, only, report);
        if (DateTime.UtcNow > OperatorBenchmarks.End)
            report.Note("The time was over before everything was measured.");
        if (report.Count == 0)
            return 0;
        report.Write();
        Console.WriteLine($"written to {report.Path}.md and .json");
        return report.Count;
    }

    private static void Measure(BenchDevice on, Direction direction, Effort effort, string only, OperatorReport report)
    {
        OperatorBenchmarks.Cases.Clear();
        foreach (OperatorProblem problem in OperatorProblem.Of(direction, Subject.Current, on.Device))
        {
            if (DateTime.UtcNow > OperatorBenchmarks.End)
                break;
            // All candidates of a problem, or none: they are compared with the first.
            if (!$"{on.Device.Name} {direction} {problem.Operator}".Contains(only, StringComparison.OrdinalIgnoreCase))
                continue;
            foreach (OperatorCase found in OperatorCase.Of(problem, on, effort, report.Note))
                OperatorBenchmarks.Cases.Add(found.ToString(), found);
        }
        if (OperatorBenchmarks.Cases.Count == 0)
            return;
        ImmutableConfig config = ImmutableConfigBuilder.Create(ManualConfig.CreateEmpty()
            .AddColumnProvider(DefaultColumnProviders.Params, DefaultColumnProviders.Statistics)
            .AddColumn([.. OperatorFigures.All.Select((_, i) => new OperatorColumn(i))])
            .AddLogger(NullLogger.Instance)
            .AddEventProcessor(new OperatorProgress(report))
            .WithOrderer(new OperatorOrder())
            .WithSummaryStyle(SummaryStyle.Default.WithMaxParameterColumnWidth(CaseWidth)));
        Type type = typeof(OperatorBenchmarks);
        var definition = new ParameterDefinition(nameof(OperatorBenchmarks.Case), false, [], false, typeof(string), 0);
        BenchmarkRunner.Run(new BenchmarkRunInfo(
            [
                .. OperatorBenchmarks.Cases.Select(c => BenchmarkCase.Create(
                    new Descriptor(type, type.GetMethod(nameof(OperatorBenchmarks.Launches))!,
                    type.GetMethod(nameof(OperatorBenchmarks.SetUp)),
                        type.GetMethod(nameof(OperatorBenchmarks.CleanUp)),
                        baseline: c.Value.IsFirst, operationsPerInvoke: c.Value.Launches),
                    Job(c.Value), new ParameterInstances([new ParameterInstance(definition, c.Key, config.SummaryStyle)]), config)),
            ], type, config));
    }

    // An invocation is a measurement: it queues many launches and waits for them.
    private static Job Job(OperatorCase of) => new Job()
        .WithToolchain(InProcessEmitToolchain.Instance).WithStrategy(RunStrategy.Throughput).WithLaunchCount(1)
        .WithWarmupCount(1).WithIterationCount(of.Iterations).WithInvocationCount(1).WithUnrollFactor(1)
        .WithEvaluateOverhead(false).WithGcForce(false).WithOutlierMode(OutlierMode.DontRemove);

    private static int Nothing()
    {
        Console.Error.WriteLine("operators: nothing was measured: no case has the text of --only, or the time was over before the first.");
        return ExitCodes.Failure;
    }
}
