namespace GpuNet;

/// <summary>
/// Samples that a network learns from or is measured on: images with labels, images with masks, two streams at once. Derive it for data of
/// your own; <see cref="Of(string, IReadOnlyList{string}, SampleColumn[])"/> makes one from arrays. <see cref="BatchLoader"/> reads it
/// from several threads.
/// </summary>
public abstract class SampleSet
{
    /// <summary>Name shown to people, for example <c>cifar10 train</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Number of samples.</summary>
    public abstract int Count { get; }

    /// <summary>What a sample consists of. The names are those of the network's inputs.</summary>
    public abstract IReadOnlyList<SampleField> Fields { get; }

    /// <summary>
    /// One name a class, none where there are no classes. If there are, a field "labels" of one integer a sample is an index into this
    /// list, which <see cref="BatchLoader"/> checks.
    /// </summary>
    public virtual IReadOnlyList<string> Classes => [];

    /// <summary>
    /// Reads one sample. Called from several threads at once. What it writes depends on index and draw alone.
    /// </summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <param name="draw">What the sample is drawn for.</param>
    /// <param name="sample">Receives the values; they are zero before.</param>
    public abstract void Read(int index, SampleDraw draw, Sample sample);

    /// <summary>Says which sample it is in errors: its index, and its file if it has one.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    public virtual string Describe(int index) => $"sample {index}";

    /// <summary>A set of arrays in memory.</summary>
    /// <param name="name">Name shown to people.</param>
    /// <param name="classes">One name a class, none if there are no classes.</param>
    /// <param name="columns">The values of each field for all samples, equally many samples each.</param>
    /// <exception cref="ArgumentException">There is no column, or they differ in samples.</exception>
    public static SampleSet Of(string name, IReadOnlyList<string> classes, params SampleColumn[] columns) =>
        new ArraySamples(name, classes, columns);

    /// <summary>A set of inputs "input" and labels "labels" in memory.</summary>
    /// <param name="name">Name shown to people.</param>
    /// <param name="classes">One name a class.</param>
    /// <param name="shape">Extents of one input, N = 1.</param>
    /// <param name="inputs">All inputs, sample after sample.</param>
    /// <param name="labels">One label a sample.</param>
    /// <exception cref="ArgumentException">The arrays do not agree.</exception>
    public static SampleSet Of(string name, IReadOnlyList<string> classes, Shape shape, float[] inputs, int[] labels) =>
        Of(name, classes, SampleColumn.Of("input", shape, inputs), SampleColumn.Of("labels", new Shape(1, 1, 1, 1), labels));
}

/// <summary>One part of a sample.</summary>
/// <param name="Name">Such as "input" or "labels"; that of the network's input.</param>
/// <param name="Shape">Extents in one sample, N = 1.</param>
/// <param name="Type"><see cref="ElementType.Float32"/> or <see cref="ElementType.Int32"/>.</param>
public sealed record SampleField(string Name, Shape Shape, ElementType Type = ElementType.Float32)
{
    /// <summary>Values in one sample.</summary>
    public int Length => checked((int)Shape.Elements);

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Shape}{(Type == ElementType.Int32 ? " of integers" : "")}";
}

/// <summary>What a sample is drawn for. Random changes depend on it and on the sample's index alone.</summary>
/// <param name="Seed">The seed of the run.</param>
/// <param name="Epoch">The pass over the data, from 0.</param>
/// <param name="Training">Whether the sample is one to learn from, with random changes; if not, it is to be measured on.</param>
/// <param name="Augmentation">The random changes, none if null.</param>
public readonly record struct SampleDraw(ulong Seed, int Epoch, bool Training, Augmentation? Augmentation = null)
{
    /// <summary>The sample as it is.</summary>
    public static SampleDraw Evaluation => default;

    /// <summary>The random changes to make: none unless this is training.</summary>
    public Augmentation Changes => Training && Augmentation is not null ? Augmentation : Augmentation.None;
}

/// <summary>The values of one field for all samples of a set in memory.</summary>
public sealed class SampleColumn
{
    private SampleColumn(SampleField field, Array values)
    {
        Field = field;
        Values = values;
        if (field.Shape.N != 1 || !field.Shape.IsPositive || values.Length % field.Length != 0)
            throw new ArgumentException(
                $"{field.Name}: expected the extents of one sample, N = 1, and whole samples, "
                + $"found {field.Shape} and {values.Length} values");
    }

    /// <summary>Name, extents and type.</summary>
    public SampleField Field { get; }

    internal Array Values { get; }

    internal int Count => Values.Length / Field.Length;

    /// <summary>Floats; the array is not copied.</summary>
    /// <param name="name">The field's name.</param>
    /// <param name="shape">Extents in one sample, N = 1.</param>
    /// <param name="values">All samples, one after the other.</param>
    /// <exception cref="ArgumentException">The values are no whole number of samples.</exception>
    public static SampleColumn Of(string name, Shape shape, float[] values) => new(new SampleField(name, shape), values);

    /// <summary>Integers; the array is not copied.</summary>
    /// <param name="name">The field's name.</param>
    /// <param name="shape">Extents in one sample, N = 1.</param>
    /// <param name="values">All samples, one after the other.</param>
    /// <exception cref="ArgumentException">The values are no whole number of samples.</exception>
    public static SampleColumn Of(string name, Shape shape, int[] values) =>
        new(new SampleField(name, shape, ElementType.Int32), values);
}

/// <summary>A set of arrays.</summary>
internal sealed class ArraySamples : SampleSet
{
    private readonly SampleColumn[] columns;

    public ArraySamples(string name, IReadOnlyList<string> classes, SampleColumn[] columns)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(columns);
        if (columns.Length == 0 || columns.Any(c => c.Count != columns[0].Count))
            throw new ArgumentException($"{name}: expected fields of equally many samples, found "
                + (columns.Length == 0 ? "none" : string.Join(", ", columns.Select(c => $"{c.Field.Name} of {c.Count}"))), nameof(columns));
        Name = name;
        Classes = [.. classes];
        this.columns = [.. columns];
        Fields = [.. columns.Select(c => c.Field)];
    }

    public override string Name { get; }

    public override int Count => columns[0].Count;

    public override IReadOnlyList<SampleField> Fields { get; }

    public override IReadOnlyList<string> Classes { get; }

    public override void Read(int index, SampleDraw draw, Sample sample)
    {
        foreach (SampleColumn column in columns)
        {
            int length = column.Field.Length;
            if (column.Values is float[] floats)
                floats.AsSpan(index * length, length).CopyTo(sample.Floats(column.Field.Name));
            else
                ((int[])column.Values).AsSpan(index * length, length).CopyTo(sample.Integers(column.Field.Name));
        }
    }
}
