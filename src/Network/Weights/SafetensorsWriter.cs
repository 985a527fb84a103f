using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace GpuNet;

/// <summary>
/// Collects tensors and writes them as one safetensors file. The values are not copied; they must stay as they are until
/// <see cref="Save"/> returns.
/// </summary>
public sealed class SafetensorsWriter
{
    private readonly List<Item> integers = [];
    private readonly List<Item> floats = [];
    private readonly HashSet<string> names = new(StringComparer.Ordinal);

    /// <summary>Free text to leave in the file, by key.</summary>
    public SortedDictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>Adds a float32 tensor.</summary>
    /// <exception cref="GpuNetException">The name is taken, or the values do not fill the shape.</exception>
    public void Add(string name, ReadOnlySpan<long> shape, ReadOnlyMemory<float> values)
    {
        Check(name, shape, values.Length);
        floats.Add(new Item(name, "F32", shape.ToArray(), (long)values.Length * sizeof(float), stream => Write(stream, values.Span)));
    }

    /// <summary>Adds a tensor of 64-bit integers.</summary>
    /// <exception cref="GpuNetException">The name is taken, or the values do not fill the shape.</exception>
    public void Add(string name, ReadOnlySpan<long> shape, ReadOnlyMemory<long> values)
    {
        Check(name, shape, values.Length);
        integers.Add(new Item(name, "I64", shape.ToArray(), (long)values.Length * sizeof(long), stream => Write(stream, values.Span)));
    }

    /// <summary>Writes the file (<see cref="AtomicFile"/>).</summary>
    /// <exception cref="GpuNetException">The file cannot be written.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        // The wider type first: then every tensor is aligned to its element size.
        Item[] items = [.. integers, .. floats];
        byte[] header = Header(items);
        try
        {
            AtomicFile.Write(path, stream =>
            {
                Span<byte> size = stackalloc byte[sizeof(ulong)];
                BinaryPrimitives.WriteUInt64LittleEndian(size, (ulong)header.Length);
                stream.Write(size);
                stream.Write(header);
                foreach (Item item in items)
                    item.Write(stream);
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new GpuNetException($"{path}: the file cannot be written: {e.Message}", e);
        }
    }

    private void Check(string name, ReadOnlySpan<long> shape, int count)
    {
        ArgumentNullException.ThrowIfNull(name);
        Int128 elements = 1;
        foreach (long extent in shape)
        {
            // Past an array's length the product only has to stay wrong.
            elements = Int128.Min(elements, long.MaxValue) * extent;
            if (extent < 0)
                throw new GpuNetException($"Tensor '{name}': extents are not negative: expected 0 or more, got {extent}.");
        }
        if (elements != count)
        {
            throw new GpuNetException(
                $"Tensor '{name}': values fill the shape [{string.Join(", ", shape.ToArray())}]: expected {elements}, got {count}.");
        }
        if (name == SafetensorsHeader.MetadataName || !names.Add(name))
            throw new GpuNetException($"Tensor '{name}': the name is taken.");
    }

    private byte[] Header(Item[] items)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (Metadata.Count > 0)
            {
                json.WriteStartObject(SafetensorsHeader.MetadataName);
                foreach ((string key, string value) in Metadata)
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
            long offset = 0;
            foreach (Item item in items)
            {
                json.WriteStartObject(item.Name);
                json.WriteString("dtype", item.Type);
                WriteNumbers(json, "shape", item.Shape);
                WriteNumbers(json, "data_offsets", [offset, offset + item.Bytes]);
                json.WriteEndObject();
                offset += item.Bytes;
            }
            json.WriteEndObject();
        }
        while (buffer.Length % 8 != 0)
            buffer.WriteByte((byte)' ');
        if (buffer.Length > SafetensorsFile.MaxHeaderBytes)
        {
            throw new GpuNetException(
                $"The header of a safetensors file: expected at most {SafetensorsFile.MaxHeaderBytes} bytes, got {buffer.Length}.");
        }
        return buffer.ToArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, ReadOnlySpan<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    private static void Write<T>(Stream stream, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        // A span of more than 2^31 bytes cannot be, so large tensors go in pieces.
        const int Piece = 1 << 20;
        for (int first = 0; first < values.Length; first += Piece)
        {
            ReadOnlySpan<T> piece = values.Slice(first, Math.Min(Piece, values.Length - first));
            if (!BitConverter.IsLittleEndian)
                piece = Reversed(piece);
            stream.Write(MemoryMarshal.AsBytes(piece));
        }
    }

    private static T[] Reversed<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        T[] reversed = values.ToArray();
        Span<byte> bytes = MemoryMarshal.AsBytes(reversed.AsSpan());
        int size = bytes.Length / reversed.Length;
        for (int i = 0; i < bytes.Length; i += size)
            bytes.Slice(i, size).Reverse();
        return reversed;
    }

    private sealed record Item(string Name, string Type, long[] Shape, long Bytes, Action<Stream> Write);
}
