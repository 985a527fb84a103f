namespace ILGPU.Runtime;

/// <summary>Memory of an accelerator, until it is disposed.</summary>
public abstract class MemoryBuffer : IDisposable
{
    private protected MemoryBuffer(Accelerator accelerator, long length, int elementSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Accelerator = accelerator;
        Length = length;
        ElementSize = elementSize;
        Block = new MemoryBlock(checked(length * elementSize), accelerator.Context.ChecksKernels);
    }

    /// <summary>The owner.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>The number of elements.</summary>
    public long Length { get; }

    /// <summary>The bytes of an element.</summary>
    public int ElementSize { get; }

    /// <summary>The number of bytes.</summary>
    public long LengthInBytes => Block.Bytes;

    /// <summary>The address, a multiple of 256.</summary>
    public unsafe IntPtr NativePtr => (IntPtr)Block.Base;

    /// <summary>Whether the buffer is disposed.</summary>
    public bool IsDisposed => Block.IsDisposed;

    internal MemoryBlock Block { get; }

    /// <summary>The bytes as a view.</summary>
    public ArrayView<byte> AsRawArrayView() => new(Block, 0, LengthInBytes);

    /// <summary>A range of elements as a view.</summary>
    public ArrayView<T> AsArrayView<T>(long offset, long length) where T : unmanaged => new(this, offset, length);

    /// <summary>Frees the memory; its views throw from now on when the host or a checked kernel uses them.</summary>
    public void Dispose()
    {
        Block.Release();
        GC.SuppressFinalize(this);
    }
}

/// <summary>Memory of an accelerator that is seen through one kind of view.</summary>
/// <typeparam name="TView">The view.</typeparam>
public class MemoryBuffer<TView> : MemoryBuffer where TView : struct
{
    private protected MemoryBuffer(Accelerator accelerator, long length, int elementSize, Func<MemoryBlock, TView> view)
        : base(accelerator, length, elementSize) => View = view(Block);

    /// <summary>All elements.</summary>
    public TView View { get; }

    /// <summary>All elements.</summary>
    public TView ToArrayView() => View;

    /// <summary>All elements.</summary>
    public static implicit operator TView(MemoryBuffer<TView> buffer) =>
        buffer is null ? throw new ArgumentNullException(nameof(buffer)) : buffer.View;
}
