using System.CommandLine;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using GpuNet.Bench.Comparison;
using GpuNet.Cli;

namespace GpuNet.Bench;

/// <summary>
/// <c>dotnet run -c Release --project bench -- compare</c> measures GpuNet against other libraries; anything else runs the benchmarks:
/// <c>dotnet run -c Release --project bench -- --filter '*'</c>, on what <see cref="Subject"/> reads from the environment. They run in
/// this process, so that a published bench needs no SDK.
/// </summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        if (args is [CompareCommand.Name, ..])
        {
            ParseResult parse = CompareCommand.Create().Parse(args);
            if (parse.Errors.Count == 0)
                return parse.Invoke();
            Console.Error.WriteLine($"compare: {string.Join("; ", parse.Errors.Select(e => e.Message.TrimEnd('.')))}.");
            return ExitCodes.Usage;
        }
        if (Subject.Mistake() is { } mistake)
        {
            Console.Error.WriteLine(mistake);
            return ExitCodes.Usage;
        }
        IConfig config = DefaultConfig.Instance
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .WithSummaryStyle(SummaryStyle.Default.WithMaxParameterColumnWidth(100))
            .AddColumn([.. Enum.GetValues<OperatorFigure>().Select(f => new OperatorColumn(f))])
            .AddExporter(JsonExporter.Brief);
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
        return 0;
    }
}
