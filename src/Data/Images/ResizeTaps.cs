using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace GpuNet;

/// <summary>
/// The weights of one direction of a resize and the two loops that apply them. Weights are Pillow's (Resample.c, precompute_coeffs and
/// normalize_coeffs_8bpc): doubles normalised to sum 1, then rounded to <see cref="Precision"/> bits.
/// </summary>
internal sealed unsafe class ResizeTaps : IDisposable
{
    /// <summary>Fractional bits of a weight: 32 - 8 - 2.</summary>
    private const int Precision = 22;

    private readonly int outputs;
    private readonly int longest;
    private readonly int[] starts;
    private readonly int[] counts;
    private readonly int[] weights;

    /// <summary>Weights for a part of a line.</summary>
    /// <param name="inputs">Points of the line.</param>
    /// <param name="size">Points it is resized to.</param>
    /// <param name="first">First of those that are wanted.</param>
    /// <param name="count">How many are wanted.</param>
    /// <param name="filter">How the line is sampled.</param>
    public ResizeTaps(int inputs, long size, int first, int count, ResizeFilter filter)
    {
        double scale = (double)inputs / size, filterScale = Math.Max(scale, 1.0);
        double support = (filter == ResizeFilter.Bicubic ? 2.0 : 1.0) * filterScale, inverse = 1.0 / filterScale;
        outputs = count;
        longest = (int)Math.Ceiling(support) * 2 + 1;
        starts = ArrayPool<int>.Shared.Rent(count);
        counts = ArrayPool<int>.Shared.Rent(count);
        weights = ArrayPool<int>.Shared.Rent(checked(count * longest));
        double[] exact = ArrayPool<double>.Shared.Rent(longest);
        for (int i = 0; i < count; i++)
        {
            double center = ((double)first + i + 0.5) * scale, total = 0;
            int start = Math.Max((int)(center - support + 0.5), 0), taps = Math.Min((int)(center + support + 0.5), inputs) - start;
            for (int t = 0; t < taps; t++)
            {
                double x = Math.Abs((t + start - center + 0.5) * inverse);
                exact[t] = filter == ResizeFilter.Bicubic ? Cubic(x) : x < 1.0 ? 1.0 - x : 0.0;
                total += exact[t];
            }
            for (int t = 0; t < taps; t++)
            {
                double weight = (total != 0 ? exact[t] / total : exact[t]) * (1 << Precision);
                weights[i * longest + t] = (int)(weight < 0 ? weight - 0.5 : weight + 0.5);
            }
            starts[i] = start;
            counts[i] = taps;
        }
        ArrayPool<double>.Shared.Return(exact);
    }

    /// <summary>First point that is read, and how many from there on.</summary>
    public (int First, int Count) Span
    {
        get
        {
            int first = starts[0], end = 0;
            for (int i = 0; i < outputs; i++)
                (first, end) = (Math.Min(first, starts[i]), Math.Max(end, starts[i] + counts[i]));
            return (first, end - first);
        }
    }

    /// <summary>Filters each row of pixels. One vector holds the channels of a pixel, so a tap is one load and one product.</summary>
    /// <param name="source">Rows of RGB.</param>
    /// <param name="stride">Bytes from row to row.</param>
    /// <param name="target">Receives rows of as many pixels as there are outputs.</param>
    /// <param name="targetStride">Bytes from row to row.</param>
    /// <param name="rows">Rows to filter.</param>
    public void Columns(ReadOnlySpan<byte> source, int stride, Span<byte> target, int targetStride, int rows)
    {
        fixed (byte* input = source, output = target)
        fixed (int* weight = weights)
            for (int y = 0; y < rows; y++)
            {
                // Four bytes are read for a pixel of three: behind the last pixel of all there is no fourth.
                int safe = (source.Length - (y * stride) - 1) / 3;
                byte* row = input + (long)y * stride, to = output + (long)y * targetStride;
                for (int i = 0; i < outputs; i++, to += 3)
                {
                    byte* from = row + 3 * starts[i];
                    int* taps = weight + i * longest;
                    int count = counts[i], whole = Math.Min(count, safe - starts[i]);
                    Vector128<int> sum = Vector128.Create(1 << (Precision - 1));
                    int t = 0;
                    for (; t < whole; t++, from += 3)
                        sum += Widen(*(uint*)from) * taps[t];
                    for (; t < count; t++, from += 3)
                        sum += Widen((uint)(from[0] | from[1] << 8 | from[2] << 16)) * taps[t];
                    sum = Clamp(sum >> Precision);
                    to[0] = (byte)sum.GetElement(0);
                    to[1] = (byte)sum.GetElement(1);
                    to[2] = (byte)sum.GetElement(2);
                }
            }
    }

    /// <summary>Filters each column of bytes: a row of the result is a sum of whole rows, vector by vector.</summary>
    /// <param name="source">Rows, as long as those of the target.</param>
    /// <param name="stride">Bytes from row to row.</param>
    /// <param name="target">Receives as many rows as there are outputs.</param>
    /// <param name="length">Bytes of a row of the target.</param>
    /// <param name="skipped">Rows that the source lacks at its beginning.</param>
    public void Rows(ReadOnlySpan<byte> source, int stride, Span<byte> target, int length, int skipped = 0)
    {
        int[] sums = ArrayPool<int>.Shared.Rent(length);
        for (int i = 0; i < outputs; i++)
        {
            Span<int> sum = sums.AsSpan(0, length);
            sum.Fill(1 << (Precision - 1));
            for (int t = 0; t < counts[i]; t++)
                AddScaled(source.Slice((starts[i] + t - skipped) * stride, length), weights[i * longest + t], sum);
            Span<byte> to = target.Slice(i * length, length);
            int c = 0;
            for (; c + 16 <= length; c += 16)
            {
                Vector128<int> a = Clamp(Vector128.Create<int>(sum[c..]) >> Precision);
                Vector128<int> b = Clamp(Vector128.Create<int>(sum[(c + 4)..]) >> Precision);
                Vector128<int> d = Clamp(Vector128.Create<int>(sum[(c + 8)..]) >> Precision);
                Vector128<int> e = Clamp(Vector128.Create<int>(sum[(c + 12)..]) >> Precision);
                Vector128.Narrow(Vector128.Narrow(a, b).AsUInt16(), Vector128.Narrow(d, e).AsUInt16()).CopyTo(to[c..]);
            }
            for (; c < length; c++)
                to[c] = (byte)Math.Clamp(sum[c] >> Precision, 0, 255);
        }
        ArrayPool<int>.Shared.Return(sums);
    }

    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(starts);
        ArrayPool<int>.Shared.Return(counts);
        ArrayPool<int>.Shared.Return(weights);
    }

    private static void AddScaled(ReadOnlySpan<byte> row, int weight, Span<int> sum)
    {
        ref byte from = ref MemoryMarshal.GetReference(row);
        ref int to = ref MemoryMarshal.GetReference(sum);
        int c = 0;
        for (; c + 16 <= row.Length; c += 16)
        {
            Vector128<byte> bytes = Vector128.LoadUnsafe(ref from, (nuint)c);
            (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(bytes);
            (Vector128<uint> a, Vector128<uint> b) = Vector128.Widen(low);
            (Vector128<uint> d, Vector128<uint> e) = Vector128.Widen(high);
            Add(a, ref to, c, weight);
            Add(b, ref to, c + 4, weight);
            Add(d, ref to, c + 8, weight);
            Add(e, ref to, c + 12, weight);
        }
        for (; c < row.Length; c++)
            sum[c] += row[c] * weight;

        static void Add(Vector128<uint> values, ref int to, int at, int weight) =>
            (Vector128.LoadUnsafe(ref to, (nuint)at) + values.AsInt32() * weight).StoreUnsafe(ref to, (nuint)at);
    }

    private static Vector128<int> Widen(uint pixel) =>
        Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(pixel).AsByte())).AsInt32();

    private static Vector128<int> Clamp(Vector128<int> values) =>
        Vector128.Min(Vector128.Max(values, Vector128<int>.Zero), Vector128.Create(255));

    /// <summary>Keys, "Cubic Convolution Interpolation for Digital Image Processing" (1981), at a distance of 0 or more.</summary>
    private static double Cubic(double x)
    {
        const double a = -0.5;
        return x < 1.0 ? ((a + 2.0) * x - (a + 3.0)) * x * x + 1
            : x < 2.0 ? (((x - 5) * x + 8) * x - 4) * a
            : 0.0;
    }
}
