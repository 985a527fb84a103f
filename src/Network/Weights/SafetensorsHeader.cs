using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace GpuNet.Network;

/// <summary>
/// Reads the JSON header of a safetensors file and holds it to every rule of the format. A reader that is strict here need not ask
/// again when it reads data.
/// </summary>
internal sealed class SafetensorsHeader
{
    public const string MetadataName = "__metadata__";

    private static readonly FrozenDictionary<string, SafetensorsType> Types = Enum.GetValues<SafetensorsType>()
        .ToFrozenDictionary(t => t.ToString().ToUpperInvariant(), StringComparer.Ordinal);

    private readonly string path;
    private readonly Dictionary<string, SafetensorsTensor> tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> metadata = new(StringComparer.Ordinal);
    private bool hasMetadata;

    private SafetensorsHeader(string path) => this.path = path;

    /// <summary>Tensors in the order of their data.</summary>
    public ImmutableArray<SafetensorsTensor> Tensors { get; private set; }

    public IReadOnlyDictionary<string, string> Metadata => metadata;

    /// <summary>Reads a header.</summary>
    /// <param name="path">The file, for error messages.</param>
    /// <param name="json">The header's bytes.</param>
    /// <param name="dataBytes">Bytes of the file behind the header.</param>
    public static SafetensorsHeader Parse(string path, ReadOnlySpan<byte> json, long dataBytes)
    {
        var header = new SafetensorsHeader(path);
        var reader = new Utf8JsonReader(json);
        try
        {
            header.ReadObject(ref reader);
        }
        catch (JsonException e)
        {
            throw new GpuNetException($"{path}: the header is not JSON (byte {8 + reader.BytesConsumed} of the file): {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            // What Utf8JsonReader throws for a string that is not UTF-8.
            throw new GpuNetException($"{path}: a string of the header is not UTF-8 (byte {8 + reader.BytesConsumed} of the file).", e);
        }
        header.CheckData(dataBytes);
        return header;
    }

    /// <summary>An error that names the file and, if it is about one, the tensor.</summary>
    private GpuNetException Broken(string? tensor, string rule, object expected, object actual) =>
        new(string.Create(CultureInfo.InvariantCulture,
            $"{path}: {(tensor is null ? "" : $"tensor '{tensor}': ")}{rule}: expected {expected}, got {actual}."));

    private void ReadObject(ref Utf8JsonReader reader)
    {
        reader.Read();
        Expect(ref reader, JsonTokenType.StartObject, null, "the header is a JSON object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            if (name == MetadataName)
            {
                ReadMetadata(ref reader);
                continue;
            }
            SafetensorsTensor tensor = ReadTensor(ref reader, name);
            if (!tensors.TryAdd(name, tensor))
                throw Broken(name, "names are unique", "one entry", "two");
        }
        // Only white space may follow; anything else is a JsonException.
        reader.Read();
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (hasMetadata)
            throw Broken(null, "names are unique", $"one {MetadataName}", "two");
        hasMetadata = true;
        Expect(ref reader, JsonTokenType.StartObject, MetadataName, "metadata is a JSON object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            Expect(ref reader, JsonTokenType.String, MetadataName, $"value of '{key}'");
            if (!metadata.TryAdd(key, reader.GetString()!))
                throw Broken(MetadataName, "keys are unique", $"one '{key}'", "two");
        }
    }

    private SafetensorsTensor ReadTensor(ref Utf8JsonReader reader, string name)
    {
        Expect(ref reader, JsonTokenType.StartObject, name, "the entry is a JSON object");
        SafetensorsType? type = null;
        List<long>? shape = null, offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string field = reader.GetString()!;
            reader.Read();
            bool again = field switch
            {
                "dtype" => type is not null,
                "shape" => shape is not null,
                "data_offsets" => offsets is not null,
                _ => false,
            };
            if (again)
                throw Broken(name, "fields are unique", $"one {field}", "two");
            if (field == "dtype")
                type = ReadType(ref reader, name);
            else if (field == "shape")
                shape = ReadNumbers(ref reader, name, field);
            else if (field == "data_offsets")
                offsets = ReadNumbers(ref reader, name, field);
            else
                reader.Skip();
        }
        if (type is null || shape is null || offsets is null)
        {
            string missing = type is null ? "dtype" : shape is null ? "shape" : "data_offsets";
            throw Broken(name, "an entry is complete", "dtype, shape and data_offsets", $"no {missing}");
        }
        return Check(name, type.Value, [.. shape], offsets);
    }

    private SafetensorsTensor Check(string name, SafetensorsType type, ImmutableArray<long> shape, List<long> offsets)
    {
        if (offsets.Count != 2 || offsets[1] < offsets[0])
            throw Broken(name, "data_offsets", "[begin, end] in order", $"[{string.Join(", ", offsets)}]");
        // An extent of 0 makes the product 0 whatever the others are, so it is looked for first.
        UInt128 elements = shape.Contains(0) ? UInt128.Zero : UInt128.One;
        foreach (long extent in shape)
        {
            elements *= (UInt128)extent;
            if (elements > long.MaxValue)
                throw Broken(name, "the extents' product fits 64 bits", $"at most {long.MaxValue}", $"shape [{string.Join(", ", shape)}]");
        }
        UInt128 bytes = elements * (UInt128)SafetensorsTensor.SizeOf(type);
        if (bytes != (UInt128)(offsets[1] - offsets[0]))
            throw Broken(name, $"bytes of {type} [{string.Join(", ", shape)}]", bytes, offsets[1] - offsets[0]);
        return new SafetensorsTensor(name, type, shape, (long)elements, offsets[0]);
    }

    private SafetensorsType ReadType(ref Utf8JsonReader reader, string name)
    {
        Expect(ref reader, JsonTokenType.String, name, "dtype");
        string type = reader.GetString()!;
        return Types.TryGetValue(type, out SafetensorsType known)
            ? known
            : throw Broken(name, "dtype is one this library reads", string.Join(", ", Types.Keys.Order(StringComparer.Ordinal)), type);
    }

    private List<long> ReadNumbers(ref Utf8JsonReader reader, string name, string field)
    {
        var numbers = new List<long>();
        Expect(ref reader, JsonTokenType.StartArray, name, field);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Expect(ref reader, JsonTokenType.Number, name, $"{field}, element {numbers.Count}");
            if (!reader.TryGetInt64(out long number) || number < 0)
                throw Broken(name, $"{field}, element {numbers.Count}", "a whole number from 0", Encoding.UTF8.GetString(reader.ValueSpan));
            numbers.Add(number);
        }
        return numbers;
    }

    // Tensors must cover the data section from its first byte to its last, without holes and without overlap.
    private void CheckData(long dataBytes)
    {
        Tensors = [.. tensors.Values.OrderBy(t => t.Offset).ThenBy(t => t.Bytes)];
        long end = 0;
        foreach (SafetensorsTensor tensor in Tensors)
        {
            if (tensor.Offset != end)
            {
                string rule = tensor.Offset < end ? "tensors do not overlap" : "data has no holes";
                throw Broken(tensor.Name, rule, $"begin {end}", $"begin {tensor.Offset}");
            }
            if (tensor.Bytes > dataBytes - end)
            {
                throw Broken(tensor.Name, "data ends inside the file", $"at most {dataBytes} bytes of data",
                    $"end {(UInt128)end + (UInt128)tensor.Bytes}");
            }
            end += tensor.Bytes;
        }
        if (end != dataBytes)
            throw Broken(null, "data belongs to tensors to its last byte", $"{end} bytes", dataBytes);
    }

    private void Expect(ref Utf8JsonReader reader, JsonTokenType type, string? tensor, string rule)
    {
        if (reader.TokenType != type)
            throw Broken(tensor, rule, Words(type), Words(reader.TokenType));
    }

    private static string Words(JsonTokenType type) => type switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "true or false",
        _ => "nothing",
    };
}
