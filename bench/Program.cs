using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using GpuNet.Bench.Comparison;

namespace GpuNet.Bench;

/// <summary>
/// <c>dotnet run -c Release --project bench -- compare</c> measures GpuNet against other libraries; anything else runs the benchmarks:
/// <c>dotnet run -c Release --project bench -- --filter '*'</c>. Their device is taken from GPUNET_DEVICE
/// (default <c>cpu</c>), the network from GPUNET_MODEL. They run in this process, so that a published bench needs no SDK.
/// </summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        if (args is [CompareCommand.Name, ..])
            return CompareCommand.Create().Parse(args).Invoke();
        IConfig config = DefaultConfig.Instance
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .WithSummaryStyle(SummaryStyle.Default.WithMaxParameterColumnWidth(100))
            .AddColumn(new ThroughputColumn())
            .AddExporter(JsonExporter.Brief);
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
        return 0;
    }
}
