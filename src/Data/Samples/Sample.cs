namespace GpuNet;

/// <summary>Where one sample is written: its place in a batch, or memory of its own.</summary>
public sealed class Sample
{
    private SampleFields fields;
    private int position;

    /// <summary>A sample with memory of its own, to read single ones.</summary>
    /// <param name="fields">What it consists of, as a set's <see cref="SampleSet.Fields"/>.</param>
    /// <exception cref="ArgumentException">A field is unusable, or two have the same name.</exception>
    public Sample(IReadOnlyList<SampleField> fields) => this.fields = new SampleFields(fields, 1);

    /// <summary>A view that <see cref="PointAt"/> gives its place.</summary>
    internal Sample(SampleFields fields) => this.fields = fields;

    /// <summary>The values of a field of floats.</summary>
    /// <param name="name">The field's name.</param>
    /// <exception cref="ArgumentException">There is no such field, or it has integers.</exception>
    public Span<float> Floats(string name)
    {
        float[] all = fields.Floats(name, out int length);
        return all.AsSpan(position * length, length);
    }

    /// <summary>The values of a field of integers.</summary>
    /// <param name="name">The field's name.</param>
    /// <exception cref="ArgumentException">There is no such field, or it has floats.</exception>
    public Span<int> Integers(string name)
    {
        int[] all = fields.Integers(name, out int length);
        return all.AsSpan(position * length, length);
    }

    internal void PointAt(SampleFields fields, int position) => (this.fields, this.position) = (fields, position);
}

/// <summary>The buffers of some samples, one a field.</summary>
internal sealed class SampleFields
{
    private readonly SampleField[] fields;
    private readonly Array[] buffers;
    private readonly int[] lengths;

    public SampleFields(IReadOnlyList<SampleField> fields, int capacity)
    {
        ArgumentNullException.ThrowIfNull(fields);
        foreach (SampleField field in fields)
        {
            if (field.Shape.N != 1 || !field.Shape.IsPositive)
                throw new ArgumentException($"field '{field.Name}': expected the extents of one sample, N = 1, found {field.Shape}");
            if (field.Type is not (ElementType.Float32 or ElementType.Int32))
                throw new ArgumentException($"field '{field.Name}': expected Float32 or Int32, found {field.Type}");
            if (fields.Count(f => f.Name == field.Name) > 1)
                throw new ArgumentException($"field '{field.Name}' occurs twice");
        }
        this.fields = [.. fields];
        lengths = [.. fields.Select(f => f.Length)];
        buffers = [.. fields.Select(f => (Array)(f.Type == ElementType.Int32
            ? new int[checked(capacity * f.Length)] : new float[checked(capacity * f.Length)]))];
    }

    public IReadOnlyList<SampleField> Fields => fields;

    public float[] Floats(string name, out int length)
    {
        int i = Find(name);
        length = lengths[i];
        return buffers[i] as float[] ?? throw new ArgumentException($"field '{name}' has integers, not floats");
    }

    public int[] Integers(string name, out int length)
    {
        int i = Find(name);
        length = lengths[i];
        return buffers[i] as int[] ?? throw new ArgumentException($"field '{name}' has floats, not integers");
    }

    /// <summary>Sets some samples to zero.</summary>
    public void Clear(int first, int count)
    {
        for (int i = 0; i < buffers.Length; i++)
            Array.Clear(buffers[i], first * lengths[i], count * lengths[i]);
    }

    private int Find(string name)
    {
        for (int i = 0; i < fields.Length; i++)
            if (fields[i].Name == name)
                return i;
        throw new ArgumentException($"expected a field {string.Join(" or ", fields.Select(f => $"'{f.Name}'"))}, found '{name}'");
    }
}
