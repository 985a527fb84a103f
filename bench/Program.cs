using System.CommandLine;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using GpuNet.Bench.Comparison;
using GpuNet.Bench.GpuComparison;
using GpuNet.Bench.Operators;
using GpuNet.Cli;

namespace GpuNet.Bench;

/// <summary>
/// <c>dotnet run -c Release --project bench -- COMMAND</c>: <c>operators</c> measures operators, <c>compare</c> and <c>compare-gpu</c> set
/// GpuNet against other libraries, and <c>passes</c> runs the benchmarks of whole passes and of parallel regions, with BenchmarkDotNet's
/// own arguments. All run in this process, so that a published bench needs no SDK.
/// </summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        var root = new RootCommand("Benchmarks of GpuNet")
        {
            OperatorsCommand.Create(), CompareCommand.Create(), GpuCompareCommand.Create(), Passes(),
        };
        ParseResult parse = root.Parse(args);
        if (parse.Errors.Count == 0)
            return parse.Invoke();
        Console.Error.WriteLine(string.Join("; ", parse.Errors.Select(e => e.Message.TrimEnd('.'))) + ".");
        return ExitCodes.Usage;
    }

    private static Command Passes()
    {
        var command = new Command(
            "passes", "Benchmarks of whole passes and of parallel regions; what else is given goes to BenchmarkDotNet (--filter '*')")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        var options = new Subject.Options(command);
        command.SetAction(parse =>
        {
            try
            {
                options.Apply(parse);
            }
            catch (GpuNetException e)
            {
                Console.Error.WriteLine($"passes: {e.Message}");
                return ExitCodes.Usage;
            }
            IConfig config = DefaultConfig.Instance
                .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
                .WithSummaryStyle(SummaryStyle.Default.WithMaxParameterColumnWidth(100))
                .AddExporter(JsonExporter.Brief);
            BenchmarkSwitcher.FromTypes([typeof(PassBenchmarks), typeof(PlainKernelBenchmarks), typeof(WorkersBenchmarks)])
                .Run([.. parse.UnmatchedTokens], config);
            return ExitCodes.Done;
        });
        return command;
    }
}
