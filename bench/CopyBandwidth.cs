using System.Diagnostics;
using ILGPU.Runtime;

namespace GpuNet.Bench;

/// <summary>What memory gives at best: large buffers copied on all of the device's threads.</summary>
internal static class CopyBandwidth
{
    private const int Elements = 32 << 20;
    private const int Part = 1 << 20;
    private const int Runs = 15;

    /// <summary>Bytes read and written per nanosecond, the median of some copies.</summary>
    public static double Measure()
    {
        using Device device = Subject.OpenDevice();
        Shape shape = Shape.Vector(Elements);
        using var memory = new Arena(device, 2 * shape.Bytes, "a copy");
        Tensor from = memory.At(0, shape), to = memory.At(Arena.Align(shape.Bytes), shape);
        from.Clear();
        void CopyPart(int part) => from.Span.Slice(part * Part, Part).CopyTo(to.Span[(part * Part)..]);

        void Copy()
        {
            if (device.IsHost)
                device.Workers.Run(Elements / Part, CopyPart);
            else
                from.View.CopyTo(device.Stream, to.View);
            device.Synchronize();
        }

        Copy();
        var times = new double[Runs];
        for (int i = 0; i < Runs; i++)
        {
            long start = Stopwatch.GetTimestamp();
            Copy();
            times[i] = Stopwatch.GetElapsedTime(start).TotalNanoseconds;
        }
        Array.Sort(times);
        return 2.0 * shape.Bytes / times[Runs / 2];
    }
}
