using System.Diagnostics;
using GpuNet.Kernels;

namespace GpuNet.Bench.Operators;

/// <summary>An opened device with one block of memory that all benchmarks on it share, and what the device gives at best.</summary>
internal sealed class BenchDevice : IDisposable
{
    private const int CopyElements = 32 << 20;
    private const int CopyPart = 1 << 20;
    private const int Runs = 9;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private const long PatternElements = 1 << 18;

    private readonly Lazy<double> copyBytes;
    private readonly Lazy<(double Flops, string Candidate)> product;
    private Arena? memory;

    public BenchDevice(Device device)
    {
        Device = device;
        copyBytes = new(() => MeasureCopy());
        product = new(() => MeasureProduct());
    }

    public Device Device { get; }

    /// <summary>Bytes per nanosecond, read and written, when large buffers are copied.</summary>
    public double CopyBytesPerNanosecond => copyBytes.Value;

    /// <summary>
    /// Floating-point operations per nanosecond of a product of square matrices, by the best of our own candidates for it.
    /// </summary>
    public double ProductFlopsPerNanosecond => product.Value.Flops;

    /// <summary>The candidate it was measured with.</summary>
    public string ProductCandidate => product.Value.Candidate;

    /// <summary>Rows of the matrices of <see cref="ProductFlopsPerNanosecond"/>.</summary>
    public int ProductRows => Device.Kind == DeviceKind.Simulator ? 16 : Device.IsHost || Device.Info.IsProcessor ? 512 : 4096;

    /// <summary>The block, filled with numbers from 0 up to 1; what was there is gone.</summary>
    public Arena Memory(long bytes)
    {
        if (memory is null || memory.Bytes < bytes)
        {
            Release();
            memory = new Arena(Device, bytes, "a benchmark");
        }
        Fill(memory, bytes);
        return memory;
    }

    /// <summary>Gives the block back until it is asked for again.</summary>
    public void Release()
    {
        memory?.Dispose();
        memory = null;
    }

    public void Dispose()
    {
        Release();
        Device.Dispose();
    }

    // Uploads a piece and doubles it on the device.
    private void Fill(Arena arena, long bytes)
    {
        long elements = Arena.Align(Math.Max(bytes, 1)) / sizeof(float), done = Math.Min(elements, PatternElements);
        Tensor Part(long first, long count) => arena.At(first * sizeof(float), Shape.Vector((int)count));
        float[] pattern = [.. Enumerable.Range(0, (int)done).Select(i => i * 7919L % 1000 / 1000f)];
        Part(0, done).Upload(pattern);
        while (done < elements)
        {
            long count = Math.Min(Math.Min(done, elements - done), 1L << 28);
            Copy(Part(0, count), Part(done, count));
            done += count;
        }
        Device.Synchronize();
    }

    private void Copy(Tensor from, Tensor to)
    {
        int elements = (int)from.Shape.Elements;
        if (Device.IsHost)
        {
            Device.Workers.Run((elements + CopyPart - 1) / CopyPart, part =>
            {
                int first = part * CopyPart, count = Math.Min(CopyPart, elements - first);
                from.Span.Slice(first, count).CopyTo(to.Span.Slice(first, count));
            });
        }
        else
        {
            ILGPU.Runtime.ArrayViewExtensions.CopyTo(from.View, Device.Stream, to.View);
        }
    }

    private double MeasureCopy()
    {
        const int repeats = 8;
        Shape shape = Shape.Vector(Device.Kind == DeviceKind.Simulator ? CopyPart : CopyElements);
        Arena arena = Memory(2 * shape.Bytes);
        Tensor from = arena.At(0, shape), to = arena.At(Arena.Align(shape.Bytes), shape);
        return repeats * 2.0 * shape.Bytes / Median(() =>
        {
            for (int i = 0; i < repeats; i++)
                Copy(from, to);
        });
    }

    private (double Flops, string Candidate) MeasureProduct()
    {
        int rows = ProductRows;
        var problem = new OperatorProblem(new PointwiseConv(new Shape(1, 1, rows, rows), rows), Direction.Inference, new Dictionary<string, int>());
        Candidate[] candidates = [.. problem.Operator.Candidates.Where(c => c.RunsOn(Device))];
        // The plain kernel takes part only where there is nothing else.
        return candidates.Skip(candidates.Length > 1 ? 1 : 0).Select(candidate =>
        {
            var operands = new OperandRotation(problem, candidate.Bind(Device), this);
            return (problem.Flops / Median(() => operands.Launch(1)), candidate.Name);
        }).Max();
    }

    // Nanoseconds of an action and the wait for it.
    private double Median(Action action)
    {
        action();
        Device.Synchronize();
        var times = new List<double>();
        var clock = Stopwatch.StartNew();
        while (times.Count < Runs && (times.Count == 0 || clock.Elapsed < Patience))
        {
            long start = Stopwatch.GetTimestamp();
            action();
            Device.Synchronize();
            times.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds);
        }
        return Comparison.Row.Median(times);
    }
}
