namespace GpuNet;

/// <summary>How the values on both sides of an operator lie in memory.</summary>
/// <param name="Input">Those it reads.</param>
/// <param name="Output">Those it writes.</param>
public readonly record struct Storage(ElementType Input, ElementType Output)
{
    /// <summary>What is not float32, as the text of an operator has it.</summary>
    public override string ToString() => (Input, Output) switch
    {
        (ElementType.Bfloat16, ElementType.Bfloat16) => " bfloat16",
        (ElementType.Bfloat16, _) => " from bfloat16",
        (_, ElementType.Bfloat16) => " to bfloat16",
        _ => "",
    };
}

/// <summary>How the values of a tensor lie in memory; see docs/precision.md. Arithmetic is float32 throughout.</summary>
public enum ElementType
{
    /// <summary>32 bits each.</summary>
    Float32,

    /// <summary>
    /// 16 bits each, the upper half of a float32: two neighbouring channels in the word of one float, the lower channel in its lower half.
    /// At inference only, and for channels in multiples of four.
    /// </summary>
    Bfloat16,

    /// <summary>
    /// 32-bit integers, such as class numbers: each in the word of one float, whose bits nothing may change. Only inputs of a graph have
    /// them, and no gradient.
    /// </summary>
    Int32,
}

/// <summary>What memory an element type takes.</summary>
internal static class ElementTypes
{
    /// <summary>The extents of a tensor as floats see it: half the channels where two share a word.</summary>
    /// <param name="type">How its values lie.</param>
    /// <param name="shape">Extents of its values.</param>
    public static Shape Stored(this ElementType type, Shape shape) =>
        type == ElementType.Bfloat16 ? shape with { C = shape.C / 2 } : shape;
}
