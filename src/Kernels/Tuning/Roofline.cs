using System.Diagnostics;
using ILGPU.Runtime;

namespace GpuNet.Kernels;

/// <summary>
/// What a device reaches at best, as measured with this library's own means (Williams et al. 2009, doi:10.1145/1498765.1498785): an
/// operator takes at least as long as its bytes take to be copied, and as its operations take in a large matrix product.
/// </summary>
/// <param name="CopyBytes">Bytes read and written per second when large buffers are copied.</param>
/// <param name="ProductFlops">Floating-point operations per second of a large matrix product.</param>
/// <param name="Product">The product that was measured, and by which candidate.</param>
internal sealed record Roofline(double CopyBytes, double ProductFlops, string Product)
{
    private const int Runs = 9;
    private const int LeastRuns = 3;
    private const double MostSeconds = 0.5;

    // 128 MiB, which no cache holds.
    private const int CopyElements = 32 << 20;
    private const int CopyPart = 1 << 18;

    // Products between grow until they take so long.
    private const int LeastExtent = 64;
    private const int MostExtent = 4096;
    private const double ProductSeconds = 0.005;

    /// <summary>Measures a device on which nothing else runs.</summary>
    /// <exception cref="GpuNetException">There is not enough memory.</exception>
    public static Roofline Measure(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        double copy = MeasureCopy(device);
        (double flops, string product) = MeasureProduct(device);
        return new Roofline(copy, flops, product);
    }

    /// <summary>Bytes read and written per second when large buffers are copied, on a host by all of its threads.</summary>
    /// <exception cref="GpuNetException">There is not enough memory.</exception>
    public static double MeasureCopy(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        int affordable = (int)Math.Min(CopyElements, device.AvailableMemory / sizeof(float) / 4);
        int parts = Math.Max(1, (device.Kind == DeviceKind.Simulator ? Math.Min(affordable, 8 * CopyPart) : affordable) / CopyPart);
        Shape shape = Shape.Vector(parts * CopyPart);
        using var memory = new Arena(device, 2 * shape.Bytes, "a copy");
        Tensor from = memory.At(0, shape), to = memory.At(Arena.Align(shape.Bytes), shape);
        from.Clear();
        void CopyOnePart(int part) => from.Span.Slice(part * CopyPart, CopyPart).CopyTo(to.Span[(part * CopyPart)..]);

        return 2.0 * shape.Bytes / Median(device, () =>
        {
            if (device.IsHost)
                device.Workers.Run(parts, CopyOnePart);
            else
                from.View.CopyTo(device.Stream, to.View);
        });
    }

    /// <summary>The least seconds that so much work takes.</summary>
    public double LeastSeconds(double flops, double bytes) => Math.Max(flops / ProductFlops, bytes / CopyBytes);

    /// <summary>The figures, for lists.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"copy {CopyBytes / 1e9:F1} GB/s, product {ProductFlops / 1e9:F1} GFLOP/s ({Product})");

    private static (double Flops, string Product) MeasureProduct(Device device)
    {
        for (int extent = LeastExtent; ; extent *= 2)
        {
            var op = new PointwiseConv(new Shape(1, 1, extent, extent), extent);
            Launcher launcher = op.Bind(device, DirectionSet.Forward);
            using var rotation = new OperandRotation(op, device, false, launcher);
            launcher.Prepare(rotation[0]);
            void Run() => launcher.Forward(rotation[0]);

            Seconds(device, Run);
            if (extent == MostExtent || Seconds(device, Run) > ProductSeconds)
                return (op.Flops / Median(device, Run), $"{op} by {launcher.Candidate}");
        }
    }

    private static double Median(Device device, Action run)
    {
        run();
        long start = Stopwatch.GetTimestamp();
        var times = new List<double>();
        while (times.Count < Runs && (times.Count < LeastRuns || Stopwatch.GetElapsedTime(start).TotalSeconds < MostSeconds))
            times.Add(Seconds(device, run));
        times.Sort();
        return times[times.Count / 2];
    }

    private static double Seconds(Device device, Action run)
    {
        device.Synchronize();
        long start = Stopwatch.GetTimestamp();
        run();
        device.Synchronize();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
