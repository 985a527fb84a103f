using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuNet;

/// <summary>
/// The sole owner of device memory: one block that hands out tensors at offsets planned beforehand. What it holds at first is
/// undefined. Every tensor starts on a <see cref="Alignment"/>-byte boundary, which vector loads rely on.
/// </summary>
public sealed unsafe class Arena : IDisposable
{
    /// <summary>Alignment of every tensor in bytes.</summary>
    public const int Alignment = 256;

    private MemoryBuffer1D<float, Stride1D.Dense>? buffer;
    private float* host;

    /// <summary>Takes the memory.</summary>
    /// <param name="device">Device that owns the memory.</param>
    /// <param name="bytes">Size in bytes; rounded up to <see cref="Alignment"/>.</param>
    /// <param name="owner">What the memory is for, named in the error when there is not enough of it.</param>
    /// <param name="items">How many like items (images) the memory holds; the error then says how many would fit.</param>
    /// <exception cref="GpuNetException">There is not enough memory.</exception>
    public Arena(Device device, long bytes, string owner, int items = 0)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Device = device;
        Bytes = Math.Max(Align(bytes), Alignment);
        long available = device.AvailableMemory;
        if (Bytes > available)
            throw OutOfMemory(owner, items, available, null);
        try
        {
            if (device.IsHost)
            {
                host = (float*)NativeMemory.AlignedAlloc((nuint)Bytes, Alignment);
                HugePages.Advise(host, Bytes);
            }
            else
            {
                buffer = device.Accelerator.Allocate1D<float>(Bytes / sizeof(float));
            }
        }
        catch (Exception e) when (e is OutOfMemoryException or AcceleratorException)
        {
            throw OutOfMemory(owner, items, available, e);
        }
    }

    /// <summary>The device the memory belongs to.</summary>
    public Device Device { get; }

    /// <summary>Size of the block in bytes.</summary>
    public long Bytes { get; }

    /// <summary>How often the memory's content has changed, as far as the arena is told; see <see cref="Changed"/>.</summary>
    public long Version { get; private set; }

    /// <summary>
    /// Says that the content has changed. <see cref="Clear"/>, <see cref="Tensor.Clear"/> and the uploads of a <see cref="Tensor"/> say it
    /// by themselves; whoever writes through a pointer or a view has to, where somebody keeps what he made of the content.
    /// </summary>
    public void Changed() => Version++;

    /// <summary>Rounds a size up to the next tensor boundary.</summary>
    public static long Align(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    /// <summary>The tensor of a shape that starts at a planned offset.</summary>
    /// <param name="offset">Offset in bytes, a multiple of <see cref="Alignment"/>.</param>
    /// <param name="shape">Extents of the tensor.</param>
    /// <param name="integers">Whether it holds 32-bit integers instead of floats.</param>
    public Tensor At(long offset, Shape shape, bool integers = false)
    {
        if (offset % Alignment != 0 || offset < 0 || offset + shape.Bytes > Bytes)
        {
            throw new ArgumentOutOfRangeException(
                nameof(offset), $"Tensor {shape} at byte {offset} does not fit an arena of {Bytes} bytes.");
        }
        return new Tensor(this, offset / sizeof(float), shape, integers);
    }

    /// <summary>Sets the whole block to zero, in the order of the device's stream.</summary>
    public void Clear()
    {
        Changed();
        if (Device.IsHost)
            NativeMemory.Clear(Host, (nuint)Bytes);
        else
            View(0, Bytes / sizeof(float)).MemSetToZero(Device.Stream);
    }

    internal ArrayView<float> View(long offset, long length)
    {
        ObjectDisposedException.ThrowIf(buffer is null, this);
        return buffer.View.BaseView.SubView(offset, length);
    }

    internal float* Host
    {
        get
        {
            ObjectDisposedException.ThrowIf(host is null, this);
            return host;
        }
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        if (host is not null)
            NativeMemory.AlignedFree(host);
        host = null;
        buffer?.Dispose();
        buffer = null;
    }

    private GpuNetException OutOfMemory(string owner, int items, long available, Exception? cause)
    {
        string fits = items > 1 ? $" About {(long)((double)items * available / Bytes)} instead of {items} would fit." : "";
        return new GpuNetException(
            $"Out of memory on {Device.Name}: {owner} asks for {Bytes / 1048576.0:F1} MiB, "
            + $"and about {available / 1048576.0:F1} MiB are free.{fits}",
            cause!);
    }
}
