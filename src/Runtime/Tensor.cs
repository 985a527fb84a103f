using System.Numerics.Tensors;
using ILGPU;
using ILGPU.Runtime;

namespace GpuNet;

/// <summary>A view of arena memory on a device: float32, NHWC (see <see cref="Shape"/>), densely packed.</summary>
public readonly unsafe struct Tensor
{
    private readonly Arena? arena;
    private readonly long offset;

    internal Tensor(Arena arena, long offset, Shape shape)
    {
        this.arena = arena;
        this.offset = offset;
        Shape = shape;
    }

    /// <summary>The tensor that is not there: a gradient nobody asked for, a workspace of no size.</summary>
    public static Tensor None => default;

    /// <summary>Extents.</summary>
    public Shape Shape { get; }

    /// <summary>Whether this is <see cref="None"/>.</summary>
    public bool IsNone => arena is null;

    /// <summary>
    /// The memory as a kernel sees it. Not on device <c>cpu</c>, which has no kernels. Writes through it are not seen: who changes a
    /// network's parameters this way says so (<see cref="Arena.Changed"/>).
    /// </summary>
    public ArrayView<float> View => arena!.View(offset, Shape.Elements);

    /// <summary>
    /// The memory as host code sees it. Only on device <c>cpu</c>. Writes through it are not seen, as those of <see cref="View"/>.
    /// </summary>
    public float* Pointer => arena!.Host + offset;

    /// <summary>
    /// The memory as host code sees it. Only on device <c>cpu</c>. Writes through it are not seen, as those of <see cref="View"/>.
    /// </summary>
    public Span<float> Span => new(Pointer, checked((int)Shape.Elements));

    /// <summary>The same memory under other extents of equal size.</summary>
    public Tensor Reshape(Shape shape) => shape.Elements == Shape.Elements
        ? new Tensor(arena!, offset, shape)
        : throw new ArgumentException($"A tensor of shape {Shape} cannot be seen as {shape}: the element counts differ.");

    /// <summary>A part of the memory under extents of its own.</summary>
    /// <param name="first">Where it starts, in elements; a multiple of <see cref="Arena.Alignment"/> bytes.</param>
    /// <param name="shape">Its extents.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie inside the tensor, or not on a boundary.</exception>
    public Tensor Slice(long first, Shape shape) =>
        first >= 0 && first % (Arena.Alignment / sizeof(float)) == 0 && first + shape.Elements <= Shape.Elements
        ? new Tensor(arena!, offset + first, shape)
        : throw new ArgumentOutOfRangeException(nameof(first), $"A tensor of shape {Shape} has no part {shape} at element {first}.");

    /// <summary>Copies values from the host into the tensor and waits until they are there.</summary>
    /// <param name="values">Values in NHWC order; as many as the tensor has elements.</param>
    /// <param name="name">What the values are, for the error message.</param>
    /// <exception cref="GpuNetException">The count differs, or a value is not finite.</exception>
    public void Upload(ReadOnlySpan<float> values, string name = "input")
    {
        if (values.Length != Shape.Elements)
            throw new GpuNetException($"Upload of {name}: shape {Shape} takes {Shape.Elements} values, got {values.Length}.");
        if (!float.IsFinite(TensorPrimitives.SumOfMagnitudes(values)))
            RequireFinite(values, name);
        arena!.Changed();
        if (arena.Device.IsHost)
        {
            values.CopyTo(Span);
            return;
        }
        View.CopyFromCPU(arena.Device.Stream, values);
        arena.Device.Synchronize();
    }

    /// <summary>Waits for the device and copies the tensor to the host.</summary>
    /// <param name="values">Receives the values in NHWC order; as long as the tensor has elements.</param>
    /// <exception cref="GpuNetException">The count differs.</exception>
    public void Download(Span<float> values)
    {
        if (values.Length != Shape.Elements)
            throw new GpuNetException($"Download: shape {Shape} holds {Shape.Elements} values, the destination {values.Length}.");
        if (arena!.Device.IsHost)
        {
            Span.CopyTo(values);
            return;
        }
        View.CopyToCPU(arena.Device.Stream, values);
        arena.Device.Synchronize();
    }

    /// <summary>Waits for the device and returns the values in NHWC order.</summary>
    public float[] ToArray()
    {
        var values = new float[Shape.Elements];
        Download(values);
        return values;
    }

    /// <summary>Sets every element to zero, in the order of the device's stream.</summary>
    public void Clear()
    {
        arena!.Changed();
        if (arena.Device.IsHost)
            Span.Clear();
        else if (arena.Device.Kind == DeviceKind.OpenCL)
            ClearByKernel();
        else
            View.MemSetToZero(arena.Device.Stream);
    }

    // ILGPU 1.5.3 counts the offset of an OpenCL fill in bytes and multiplies it by the element's size: other memory would be cleared.
    private void ClearByKernel()
    {
        const int Piece = 1 << 28;
        for (long first = 0; first < Shape.Elements; first += Piece)
        {
            int count = (int)Math.Min(Piece, Shape.Elements - first);
            arena!.Device.Zero.Run(count, View.SubView(first, count), count);
        }
    }

    // A sum can overflow though every value is finite, so only a real hit is an error.
    private static void RequireFinite(ReadOnlySpan<float> values, string name)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
                throw new GpuNetException($"Upload of {name}: values must be finite, element {i} is {values[i]}.");
        }
    }
}
