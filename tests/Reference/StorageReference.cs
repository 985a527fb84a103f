using GpuNet.Kernels;

namespace GpuNet.Tests.Reference;

/// <summary>The ways in which the values of a convolution can lie in memory.</summary>
internal static class StorageReference
{
    private static readonly Storage[] Others =
    [
        new(ElementType.Bfloat16, ElementType.Bfloat16),
        new(ElementType.Float32, ElementType.Bfloat16),
        new(ElementType.Bfloat16, ElementType.Float32),
    ];

    /// <summary>A convolution with its values in 16 bits, in all ways that its extents suit.</summary>
    public static IEnumerable<Operator> Cases(Convolutional op) => Others.Where(op.Suits).Select(s => op with { Storage = s });

    /// <summary>The convolution as it is or, where its extents suit that, with values in 16 bits.</summary>
    public static Operator Random(Random random, Convolutional op)
    {
        Storage[] suited = [default, .. Others.Where(op.Suits)];
        return op with { Storage = suited[random.Next(suited.Length)] };
    }

    public static (Operator Operator, string Message) Invalid(Convolutional op) => (op with { Storage = Others[0] }, "multiples of four");
}
