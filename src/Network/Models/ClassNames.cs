using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace GpuNet;

/// <summary>
/// The classes of a classifier, by name; a class number is an index into the list. A plain number stands for that many classes called
/// <c>0</c>, <c>1</c>, .... Lists of the same names are equal.
/// </summary>
[JsonConverter(typeof(Converter))]
public sealed class ClassNames : IReadOnlyList<string>, IEquatable<ClassNames>
{
    private readonly string[]? names;

    /// <summary>Classes that have names.</summary>
    /// <param name="names">The names, by class number.</param>
    public ClassNames(IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        this.names = [.. names];
        Count = this.names.Length;
    }

    private ClassNames(int count) => Count = count;

    /// <summary>Number of classes.</summary>
    public int Count { get; }

    /// <summary>The name of a class.</summary>
    public string this[int index] => names is not null ? names[index]
        : (uint)index < (uint)Count ? index.ToString(CultureInfo.InvariantCulture)
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"expected a class from 0 to {Count - 1}");

    /// <summary>That many classes without names of their own.</summary>
    public static implicit operator ClassNames(int count) => FromInt32(count);

    /// <summary>Classes of these names.</summary>
    public static implicit operator ClassNames(string[] names) => new(names);

    /// <summary>That many classes without names of their own.</summary>
    public static ClassNames FromInt32(int count) => new(count);

    /// <inheritdoc/>
    public bool Equals(ClassNames? other) =>
        other is not null && Count == other.Count && ((names is null && other.names is null) || this.SequenceEqual(other));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ClassNames);

    /// <inheritdoc/>
    public override int GetHashCode() => Count;

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator() => Enumerable.Range(0, Count).Select(i => this[i]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The first names, for messages.</summary>
    public override string ToString() => Count <= 4 ? string.Join(", ", this) : $"{string.Join(", ", this.Take(3))}, ... ({Count})";

    /// <summary>A number, or a list of names.</summary>
    private sealed class Converter : JsonConverter<ClassNames>
    {
        public override ClassNames Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.Number)
                return FromInt32(reader.GetInt32());
            string?[] read = JsonSerializer.Deserialize<string?[]>(ref reader, options) ?? throw new JsonException("expected class names");
            return read.Contains(null) ? throw new JsonException("a class has no name") : new ClassNames(read!);
        }

        public override void Write(Utf8JsonWriter writer, ClassNames value, JsonSerializerOptions options)
        {
            if (value.names is null)
                writer.WriteNumberValue(value.Count);
            else
                JsonSerializer.Serialize(writer, value.names, options);
        }
    }
}
