using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace GpuNet;

/// <summary>
/// Reads the JSON header of a safetensors file and holds it to every rule of the format. A reader that is strict here need not ask
/// again when it reads data.
/// </summary>
internal sealed class SafetensorsHeader
{
    public const string MetadataName = "__metadata__";

    private static readonly FrozenDictionary<string, SafetensorsType> Types = Enum.GetValues<SafetensorsType>()
        .ToFrozenDictionary(t => t.ToString().ToUpperInvariant(), StringComparer.Ordinal);

    private static readonly string[] Fields = ["dtype", "shape", "data_offsets"];

    private readonly string path;
    private readonly Dictionary<string, SafetensorsTensor> tensors = new(StringComparer.Ordinal);
    private Dictionary<string, string>? metadata;

    private SafetensorsHeader(string path) => this.path = path;

    /// <summary>Tensors in the order of their data.</summary>
    public ImmutableArray<SafetensorsTensor> Tensors { get; private set; }

    public IReadOnlyDictionary<string, string> Metadata => metadata ??= [];

    /// <summary>Reads a header.</summary>
    /// <param name="path">The file, for error messages.</param>
    /// <param name="json">The header's bytes.</param>
    /// <param name="dataBytes">Bytes of the file behind the header.</param>
    public static SafetensorsHeader Parse(string path, ReadOnlyMemory<byte> json, long dataBytes)
    {
        var header = new SafetensorsHeader(path);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            header.Read(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new GpuNetException($"{path}: the header, from byte 8 on, is not JSON: {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            // What a string that is not UTF-8 throws when it is read.
            throw new GpuNetException($"{path}: a string of the header is not UTF-8.", e);
        }
        header.CheckData(dataBytes);
        return header;
    }

    /// <summary>An error that names the file and, if it is about one, the tensor.</summary>
    private GpuNetException Broken(string? tensor, string rule, object expected, object actual) =>
        new(string.Create(CultureInfo.InvariantCulture,
            $"{path}: {(tensor is null ? "" : $"tensor '{tensor}': ")}{rule}: expected {expected}, got {actual}."));

    private void Read(JsonElement root)
    {
        Expect(root, JsonValueKind.Object, null, "the header is a JSON object");
        foreach (JsonProperty entry in root.EnumerateObject())
        {
            if (entry.Name == MetadataName)
                ReadMetadata(entry.Value);
            else if (!tensors.TryAdd(entry.Name, ReadTensor(entry.Name, entry.Value)))
                throw Broken(entry.Name, "names are unique", "one entry", "two");
        }
    }

    private void ReadMetadata(JsonElement entry)
    {
        if (metadata is not null)
            throw Broken(null, "names are unique", $"one {MetadataName}", "two");
        metadata = new(StringComparer.Ordinal);
        Expect(entry, JsonValueKind.Object, MetadataName, "metadata is a JSON object");
        foreach (JsonProperty text in entry.EnumerateObject())
        {
            Expect(text.Value, JsonValueKind.String, MetadataName, $"value of '{text.Name}'");
            if (!metadata.TryAdd(text.Name, text.Value.GetString()!))
                throw Broken(MetadataName, "keys are unique", $"one '{text.Name}'", "two");
        }
    }

    private SafetensorsTensor ReadTensor(string name, JsonElement entry)
    {
        Expect(entry, JsonValueKind.Object, name, "the entry is a JSON object");
        var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (JsonProperty field in entry.EnumerateObject())
        {
            if (!fields.TryAdd(field.Name, field.Value))
                throw Broken(name, "fields are unique", $"one {field.Name}", "two");
        }
        if (Fields.FirstOrDefault(f => !fields.ContainsKey(f)) is { } missing)
            throw Broken(name, "an entry is complete", "dtype, shape and data_offsets", $"no {missing}");
        Expect(fields["dtype"], JsonValueKind.String, name, "dtype");
        string type = fields["dtype"].GetString()!;
        if (!Types.TryGetValue(type, out SafetensorsType known))
            throw Broken(name, "dtype is one this library reads", string.Join(", ", Types.Keys.Order(StringComparer.Ordinal)), type);
        return Check(name, known, [.. Numbers(fields["shape"], name, "shape")], Numbers(fields["data_offsets"], name, "data_offsets"));
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

    private List<long> Numbers(JsonElement array, string name, string field)
    {
        var numbers = new List<long>();
        Expect(array, JsonValueKind.Array, name, field);
        foreach (JsonElement element in array.EnumerateArray())
        {
            string rule = $"{field}, element {numbers.Count}";
            Expect(element, JsonValueKind.Number, name, rule);
            if (!element.TryGetInt64(out long number) || number < 0)
                throw Broken(name, rule, "a whole number from 0", element.GetRawText());
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

    private void Expect(JsonElement element, JsonValueKind kind, string? tensor, string rule)
    {
        if (element.ValueKind != kind)
            throw Broken(tensor, rule, Words(kind), Words(element.ValueKind));
    }

    private static string Words(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "nothing",
    };
}
