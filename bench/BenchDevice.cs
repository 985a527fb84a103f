namespace GpuNet.Bench;

/// <summary>The device benchmarks run on, from the environment variable GPUNET_DEVICE.</summary>
internal static class BenchDevice
{
    public static string Name => Environment.GetEnvironmentVariable("GPUNET_DEVICE") ?? "cpu";

    public static Device Open() => Device.Open(Name);
}
