using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuNet;

/// <summary>
/// A view of arena memory on a device: float32, NHWC (see <see cref="Shape"/>), densely packed. Class numbers and the like are 32-bit
/// integers in the same memory (<see cref="HoldsIntegers"/>).
/// </summary>
public readonly unsafe struct Tensor
{
    private readonly Arena? arena;
    private readonly long offset;

    internal Tensor(Arena arena, long offset, Shape shape, bool integers)
    {
        this.arena = arena;
        this.offset = offset;
        Shape = shape;
        HoldsIntegers = integers;
    }

    /// <summary>The tensor that is not there: a gradient nobody asked for, a workspace of no size.</summary>
    public static Tensor None => default;

    /// <summary>Extents.</summary>
    public Shape Shape { get; }

    /// <summary>Whether the elements are 32-bit integers. Kernels and host code see the same bits as floats.</summary>
    public bool HoldsIntegers { get; }

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
        ? new Tensor(arena!, offset, shape, HoldsIntegers)
        : throw new ArgumentException($"A tensor of shape {Shape} cannot be seen as {shape}: the element counts differ.");

    /// <summary>A part of the memory under extents of its own.</summary>
    /// <param name="first">Where it starts, in elements; a multiple of <see cref="Arena.Alignment"/> bytes.</param>
    /// <param name="shape">Its extents.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie inside the tensor, or not on a boundary.</exception>
    public Tensor Slice(long first, Shape shape) =>
        first >= 0 && first % (Arena.Alignment / sizeof(float)) == 0 && first + shape.Elements <= Shape.Elements
        ? new Tensor(arena!, offset + first, shape, HoldsIntegers)
        : throw new ArgumentOutOfRangeException(nameof(first), $"A tensor of shape {Shape} has no part {shape} at element {first}.");

    /// <summary>Copies values from the host into the tensor and waits until they are there.</summary>
    /// <param name="values">Values in NHWC order; as many as the tensor has elements.</param>
    /// <param name="name">What the values are, for the error message.</param>
    /// <exception cref="GpuNetException">The count differs, a value is not finite, or the tensor holds integers.</exception>
    public void Upload(ReadOnlySpan<float> values, string name = "input")
    {
        RequireCount(values.Length, name);
        if (HoldsIntegers)
            throw new GpuNetException($"Upload of {name}: the tensor holds 32-bit integers, got floats.");
        if (!float.IsFinite(TensorPrimitives.SumOfMagnitudes(values)))
            RequireFinite(values, name);
        CopyFrom(values);
    }

    /// <summary>
    /// Copies integers from the host into the tensor and waits until they are there: bit by bit if it holds integers, else as the floats
    /// nearest to them.
    /// </summary>
    /// <param name="values">Values in NHWC order; as many as the tensor has elements.</param>
    /// <param name="name">What the values are, for the error message.</param>
    /// <exception cref="GpuNetException">The count differs.</exception>
    public void Upload(ReadOnlySpan<int> values, string name = "input")
    {
        RequireCount(values.Length, name);
        if (HoldsIntegers)
        {
            CopyFrom(MemoryMarshal.Cast<int, float>(values));
            return;
        }
        var floats = new float[values.Length];
        TensorPrimitives.ConvertTruncating(values, floats);
        CopyFrom(floats);
    }

    /// <summary>Waits for the device and copies the tensor to the host.</summary>
    /// <param name="values">Receives the values in NHWC order; as long as the tensor has elements.</param>
    /// <exception cref="GpuNetException">The count differs, or the tensor holds integers.</exception>
    public void Download(Span<float> values)
    {
        if (HoldsIntegers)
            throw new GpuNetException("Download: the tensor holds 32-bit integers, the destination floats.");
        CopyTo(values);
    }

    /// <summary>Waits for the device and copies a tensor of integers to the host.</summary>
    /// <param name="values">Receives the values in NHWC order; as long as the tensor has elements.</param>
    /// <exception cref="GpuNetException">The count differs, or the tensor holds floats.</exception>
    public void Download(Span<int> values)
    {
        if (!HoldsIntegers)
            throw new GpuNetException("Download: the tensor holds floats, the destination 32-bit integers.");
        CopyTo(MemoryMarshal.Cast<int, float>(values));
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

    private void RequireCount(int count, string name)
    {
        if (count != Shape.Elements)
            throw new GpuNetException($"Upload of {name}: shape {Shape} takes {Shape.Elements} values, got {count}.");
    }

    private void CopyFrom(ReadOnlySpan<float> values)
    {
        arena!.Changed();
        if (arena.Device.IsHost)
        {
            values.CopyTo(Span);
            return;
        }
        View.CopyFromCPU(arena.Device.Stream, values);
        arena.Device.Synchronize();
    }

    private void CopyTo(Span<float> values)
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
