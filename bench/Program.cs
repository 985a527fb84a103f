using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace GpuNet.Bench;

/// <summary>
/// Runs the benchmarks: <c>dotnet run -c Release --project bench -- --filter '*'</c>. The device is taken from GPUNET_DEVICE
/// (default <c>cpu</c>). They run in this process, so that a published bench needs no SDK.
/// </summary>
internal static class Program
{
    public static void Main(string[] args)
    {
        IConfig config = DefaultConfig.Instance
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .WithSummaryStyle(SummaryStyle.Default.WithMaxParameterColumnWidth(100))
            .AddColumn(new ThroughputColumn())
            .AddExporter(JsonExporter.Brief);
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
    }
}
