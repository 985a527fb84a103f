using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Win32.SafeHandles;

namespace GpuNet;

/// <summary>
/// A safetensors file open for reading (https://github.com/huggingface/safetensors): 8 bytes with the header's size, a JSON header,
/// data. Opening it reads and checks the header; data is read tensor by tensor when asked for.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    /// <summary>Longest header, in bytes, as in the reference implementation.</summary>
    public const int MaxHeaderBytes = 100_000_000;

    private const int SizeBytes = sizeof(ulong);

    private readonly SafeFileHandle handle;
    private readonly SafetensorsHeader header;
    private readonly Dictionary<string, SafetensorsTensor> byName;
    private readonly long dataStart;

    private SafetensorsFile(string path, SafeFileHandle handle)
    {
        Path = path;
        this.handle = handle;
        long fileBytes = RandomAccess.GetLength(handle);
        if (fileBytes < SizeBytes)
            throw new GpuNetException($"{path}: not a safetensors file: expected at least {SizeBytes} bytes, got {fileBytes}.");
        Span<byte> size = stackalloc byte[SizeBytes];
        ReadBytes(size, 0, "the header's size");
        ulong headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(size);
        if (headerBytes > MaxHeaderBytes)
        {
            throw new GpuNetException(
                $"{path}: the header's size (byte 0) is too large: expected at most {MaxHeaderBytes} bytes, got {headerBytes}.");
        }
        dataStart = SizeBytes + (long)headerBytes;
        if (dataStart > fileBytes)
            throw new GpuNetException($"{path}: truncated inside the header: expected at least {dataStart} bytes, got {fileBytes}.");
        var json = new byte[headerBytes];
        ReadBytes(json, SizeBytes, "the header");
        header = SafetensorsHeader.Parse(path, json, fileBytes - dataStart);
        byName = header.Tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
    }

    /// <summary>The file's path.</summary>
    public string Path { get; }

    /// <summary>The tensors, in the order of their data.</summary>
    public ImmutableArray<SafetensorsTensor> Tensors => header.Tensors;

    /// <summary>Free text the writer left, by key.</summary>
    public IReadOnlyDictionary<string, string> Metadata => header.Metadata;

    /// <summary>The tensor of a name.</summary>
    /// <exception cref="GpuNetException">There is none.</exception>
    public SafetensorsTensor this[string name] =>
        TryFind(name, out SafetensorsTensor? tensor) ? tensor : throw new GpuNetException($"{Path}: there is no tensor '{name}'.");

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="GpuNetException">The file cannot be read, or is not a well-formed safetensors file.</exception>
    public static SafetensorsFile Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            var file = new SafetensorsFile(path, handle);
            handle = null;
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new GpuNetException($"{path}: the file cannot be read: {e.Message}", e);
        }
        finally
        {
            handle?.Dispose();
        }
    }

    /// <summary>Looks a tensor up.</summary>
    public bool TryFind(string name, [NotNullWhen(true)] out SafetensorsTensor? tensor) => byName.TryGetValue(name, out tensor);

    /// <summary>Reads a tensor of any type as float32, rounding where the type is wider.</summary>
    /// <exception cref="GpuNetException">There is no such tensor, it is too large for an array, or the file cannot be read.</exception>
    public float[] ReadFloats(string name) => Read<float>(this[name], SafetensorsElements.ToFloats);

    /// <summary>Reads a tensor of whole numbers.</summary>
    /// <exception cref="GpuNetException">
    /// There is no such tensor, it holds no integers or one beyond 63 bits, it is too large for an array, or the file cannot be read.
    /// </exception>
    public long[] ReadIntegers(string name)
    {
        SafetensorsTensor tensor = this[name];
        if (!tensor.IsInteger)
            throw new GpuNetException($"{Path}: tensor '{name}': integers are asked for: expected an integer dtype, got {tensor.Type}.");
        try
        {
            return Read<long>(tensor, SafetensorsElements.ToIntegers);
        }
        catch (OverflowException e)
        {
            throw new GpuNetException($"{Path}: tensor '{name}': a value is beyond the largest 64-bit signed integer.", e);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => handle.Dispose();

    private delegate void Conversion<T>(SafetensorsType type, ReadOnlySpan<byte> from, Span<T> to);

    private T[] Read<T>(SafetensorsTensor tensor, Conversion<T> convert)
    {
        if (tensor.Elements > Array.MaxLength)
        {
            throw new GpuNetException(
                $"{Path}: tensor '{tensor.Name}': an array holds it: expected at most {Array.MaxLength} elements, got {tensor.Elements}.");
        }
        var values = new T[tensor.Elements];
        int size = SafetensorsTensor.SizeOf(tensor.Type);
        // Converted piece by piece, so that no second copy of a large tensor is held.
        Span<byte> buffer = new byte[Math.Min(1 << 16, tensor.Bytes)];
        for (int first = 0; first < values.Length;)
        {
            int count = Math.Min(buffer.Length / size, values.Length - first);
            Span<byte> piece = buffer[..(count * size)];
            ReadBytes(piece, dataStart + tensor.Offset + ((long)first * size), tensor.Name);
            convert(tensor.Type, piece, values.AsSpan(first, count));
            first += count;
        }
        return values;
    }

    private void ReadBytes(Span<byte> target, long offset, string what)
    {
        try
        {
            while (target.Length > 0)
            {
                int read = RandomAccess.Read(handle, target, offset);
                if (read == 0)
                {
                    throw new GpuNetException(
                        $"{Path}: truncated while reading {what}: expected {target.Length} more bytes at byte {offset}.");
                }
                target = target[read..];
                offset += read;
            }
        }
        catch (IOException e)
        {
            throw new GpuNetException($"{Path}: {what} cannot be read: {e.Message}", e);
        }
    }
}
