using BenchmarkDotNet.Attributes;

namespace GpuNet.Bench;

/// <summary>
/// What a parallel region costs: two threads, parts that do nothing, or next to nothing. The regions of a network's pass come
/// 20 to 200 microseconds apart, so that a hand-off must be well below five.
/// </summary>
public class WorkersBenchmarks
{
    private const int Regions = 1000;

    private readonly Action<int> nothing = static _ => { };
    private readonly Action<int> pause = static _ => Thread.SpinWait(PartSpins);
    private Workers workers = null!;

    // About five microseconds each: the smallest part that is worth a hand-off, and the work of one thread between two regions.
    private const int PartSpins = 140;
    private const int GapSpins = 140;

    [GlobalSetup]
    public void SetUp() => workers = new Workers(2);

    /// <summary>Two parts without work; the caller often takes both.</summary>
    [Benchmark(OperationsPerInvoke = Regions)]
    public void TwoEmptyParts()
    {
        for (int i = 0; i < Regions; i++)
            workers.Run(2, nothing);
    }

    /// <summary>Many parts without work, so that the threads meet at every ticket.</summary>
    [Benchmark(OperationsPerInvoke = Regions)]
    public void SixteenEmptyParts()
    {
        for (int i = 0; i < Regions; i++)
            workers.Run(16, nothing);
    }

    /// <summary>Two parts of one <see cref="OnePart"/> each: what is above it is the hand-off.</summary>
    [Benchmark(OperationsPerInvoke = Regions)]
    public void TwoParts()
    {
        for (int i = 0; i < Regions; i++)
            workers.Run(2, pause);
    }

    /// <summary>The same with as much work of the caller's own between regions; compare with two of <see cref="OnePart"/>.</summary>
    [Benchmark(OperationsPerInvoke = Regions)]
    public void TwoPartsAndGap()
    {
        for (int i = 0; i < Regions; i++)
        {
            workers.Run(2, pause);
            Thread.SpinWait(GapSpins);
        }
    }

    /// <summary>The work of a part, without a region.</summary>
    [Benchmark(OperationsPerInvoke = Regions)]
    public void OnePart()
    {
        for (int i = 0; i < Regions; i++)
            pause(0);
    }

    [GlobalCleanup]
    public void CleanUp() => workers.Dispose();
}
