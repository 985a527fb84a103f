using System.Diagnostics;
using System.Globalization;
using GpuNet.Bench.Operators;
using GpuNet.Kernels;
using ILGPU.Runtime.Cuda;

namespace GpuNet.Bench.GpuComparison;

/// <summary>How near our kernels come to what the card can do.</summary>
internal static class GpuShares
{
    /// <summary>MobileNetV2's depthwise layers against a copy, and a product of matrices against the card's peak.</summary>
    public static IEnumerable<GpuShare> Measure(BenchDevice on, int size)
    {
        var subject = new Subject(
            [on.Device.Name], [new ModelSpec("mobilenetv2") { ImageHeight = size, ImageWidth = size }], null, 0);
        foreach (Direction direction in (Direction[])[Direction.Forward, Direction.Backward])
        {
            double bytes = 0, nanoseconds = 0;
            foreach (OperatorProblem problem in OperatorProblem.Of(direction, subject, on.Device).Where(p => p.Operator is DepthwiseConv))
            {
                int uses = problem.Uses.Values.Sum();
                bytes += uses * problem.Bytes;
                nanoseconds += uses * Time(problem, on);
            }
            if (nanoseconds > 0)
            {
                string what =
                    $"depthwise layers of MobileNetV2 {direction.ToString().ToLowerInvariant()}, batch {subject.BatchOn(on.Device)}";
                (double aim, double least) = direction == Direction.Forward ? (0.8, 0.6) : (0.7, 0.45);
                yield return new GpuShare(
                    what, bytes / nanoseconds, "GB/s", on.Roofline.CopyBytes / 1e9, "a measured copy", aim, least);
            }
        }
        yield return new GpuShare($"product of matrices ({on.Roofline.Product})", on.Roofline.ProductFlops / 1e9, "GFLOP/s",
            Peak(on.Device), "the card's float32 peak", Aim: 0.7, Least: 0.5);
    }

    // Nanoseconds of a launch of the candidate the device's rule takes.
    private static double Time(OperatorProblem problem, BenchDevice on)
    {
        OperatorCase chosen = OperatorCase.Of(problem, problem.Operator.Choose(on.Device), on, Effort.Brief);
        using PreparedCase prepared = chosen.Prepare();
        prepared.Run();
        return Comparison.Row.Median(Enumerable.Range(0, chosen.Iterations).Select(_ =>
        {
            long start = Stopwatch.GetTimestamp();
            prepared.Run();
            return Stopwatch.GetElapsedTime(start).TotalNanoseconds / chosen.Launches;
        }));
    }

    // Lanes times two operations times the highest clock; null where the driver does not tell.
    private static double? Peak(Device device)
    {
        if (device.IsHost || device.Accelerator.Device is not CudaDevice { ClockRate: > 0 } card)
            return null;
        // Of a multiprocessor; 64 in those of data centres before Hopper, and of Volta and Turing.
        int lanes = device.Info.ComputeCapability is 60 or 70 or 75 or 80 ? 64 : 128;
        return 2.0 * lanes * device.Info.Multiprocessors * card.ClockRate / 1e6;
    }
}

/// <summary>A rate and what it is a share of.</summary>
/// <param name="What">What was measured.</param>
/// <param name="Rate">What it reached.</param>
/// <param name="Unit">Unit of both rates.</param>
/// <param name="Limit">What could be reached; null if it is not known.</param>
/// <param name="Of">What the limit is.</param>
/// <param name="Aim">The share it should have at least.</param>
/// <param name="Least">The share it must have at least.</param>
internal sealed record GpuShare(string What, double Rate, string Unit, double? Limit, string Of, double Aim, double Least)
{
    public double? Share => Rate / Limit;

    /// <summary>Whether it has it.</summary>
    public string Goal => string.Create(CultureInfo.InvariantCulture,
        $"aim {Aim:P0}, least {Least:P0}{Verdict}");

    private string Verdict => Share switch
    {
        null => "",
        { } share when share >= Aim => ": reached",
        { } share when share >= Least => ": not below the least",
        _ => ": missed",
    };
}
