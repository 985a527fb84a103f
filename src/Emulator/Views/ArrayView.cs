using System.Runtime.CompilerServices;
using GpuNet.Emulation;
using ILGPU.Runtime;

namespace ILGPU;

/// <summary>
/// Elements of an accelerator's memory. Reading and writing are told apart, so the indexer is a property here, where ILGPU's
/// returns a reference; code for both does without <c>ref view[i]</c>.
/// </summary>
/// <typeparam name="T">The element.</typeparam>
public readonly unsafe partial struct ArrayView<T> : IContiguousArrayView<T>, ICheckedArgument where T : unmanaged
{
    /// <summary>No elements.</summary>
    public static readonly ArrayView<T> Empty;

    // One comparison serves both modes: a checked view has a limit of zero, so that each access leaves the short path.
    private readonly byte* data;
    private readonly long limit;

    // MemoryBlock of a buffer, CheckedView while kernels are checked, null for shared and local memory.
    private readonly object? origin;

    /// <summary>A range of a buffer.</summary>
    /// <param name="source">The buffer.</param>
    /// <param name="index">The first element.</param>
    /// <param name="length">The number of elements.</param>
    public ArrayView(MemoryBuffer source, long index, long length)
    {
        ArgumentNullException.ThrowIfNull(source);
        source.Block.ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(checked((index + length) * sizeof(T)), source.LengthInBytes, nameof(length));
        this = new ArrayView<T>(source.Block, index * sizeof(T), length);
    }

    /// <summary>A range of a block, without a check.</summary>
    internal ArrayView(MemoryBlock block, long offset, long length)
    {
        data = block.Base + offset;
        limit = block.Shadow == null ? length : 0;
        origin = block.Shadow == null ? block : new CheckedView(block, offset, length);
    }

    /// <summary>Memory of a group or a lane in an unchecked kernel.</summary>
    internal ArrayView(byte* data, long length)
    {
        this.data = data;
        limit = length;
    }

    private ArrayView(byte* data, long limit, object? origin)
    {
        this.data = data;
        this.limit = limit;
        this.origin = origin;
    }

    /// <summary>The bytes of an element.</summary>
    public static int ElementSize => sizeof(T);

    /// <summary>Whether the view has memory.</summary>
    public bool IsValid => data != null;

    /// <summary>The number of elements.</summary>
    public long Length
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => limit != 0 ? limit : (origin as CheckedView)?.Length ?? 0;
    }

    /// <summary>The number of elements in 32 bits.</summary>
    public int IntLength => checked((int)Length);

    /// <summary>The number of bytes.</summary>
    public long LengthInBytes => Length * sizeof(T);

    /// <summary>The number of elements.</summary>
    public LongIndex1D Extent => Length;

    /// <summary>The number of elements in 32 bits.</summary>
    public Index1D IntExtent => IntLength;

    /// <summary>The view itself.</summary>
    ArrayView<T> IContiguousArrayView<T>.BaseView => this;

    /// <summary>The element at an index.</summary>
    /// <exception cref="KernelFaultException">It lies outside the view, or a check of the checked mode fails.</exception>
    public T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (ulong)index < (ulong)limit ? ((T*)data)[index] : ReadChecked(index);
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        set
        {
            if ((ulong)index < (ulong)limit)
                ((T*)data)[index] = value;
            else
                WriteChecked(index, value);
        }
    }

    /// <summary>The element at an index.</summary>
    /// <exception cref="KernelFaultException">It lies outside the view, or a check of the checked mode fails.</exception>
    public T this[long index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (ulong)index < (ulong)limit ? ((T*)data)[index] : ReadChecked(index);
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        set
        {
            if ((ulong)index < (ulong)limit)
                ((T*)data)[index] = value;
            else
                WriteChecked(index, value);
        }
    }

    /// <summary>The element at an index.</summary>
    /// <exception cref="KernelFaultException">It lies outside the view, or a check of the checked mode fails.</exception>
    public T this[Index1D index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => this[index.X];
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        set => this[index.X] = value;
    }

    /// <summary>The element at an index.</summary>
    /// <exception cref="KernelFaultException">It lies outside the view, or a check of the checked mode fails.</exception>
    public T this[LongIndex1D index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => this[index.X];
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        set => this[index.X] = value;
    }

    /// <summary>The elements from an index to the end.</summary>
    public ArrayView<T> SubView(long index) => SubView(index, Length - index);

    /// <summary>A range of elements.</summary>
    public ArrayView<T> SubView(int index, int length) => SubView((long)index, length);

    /// <summary>A range of elements.</summary>
    /// <param name="index">The first element.</param>
    /// <param name="length">The number of elements.</param>
    /// <exception cref="KernelFaultException">The range leaves the view.</exception>
    public ArrayView<T> SubView(long index, long length)
    {
        if ((ulong)index > (ulong)limit || (ulong)length > (ulong)(limit - index) || limit == 0)
            return SubViewChecked(index, length);
        return new ArrayView<T>(data + index * sizeof(T), length, origin);
    }

    /// <summary>
    /// The same bytes as elements of another type. A struct of several fields stands for one vector load: its fields have one type,
    /// it starts at a multiple of its size (16 bytes at most) and the view holds a whole number of them.
    /// </summary>
    /// <typeparam name="TOther">The other type.</typeparam>
    public ArrayView<TOther> Cast<TOther>() where TOther : unmanaged =>
        limit != 0 ? new ArrayView<TOther>(data, limit * sizeof(T) / sizeof(TOther), origin) : CastChecked<TOther>();

    /// <summary>The same elements with an axis.</summary>
    public static implicit operator ArrayView1D<T, Stride1D.Dense>(ArrayView<T> view) => new(view);

    /// <summary>The same elements without an axis.</summary>
    public static implicit operator ArrayView<T>(ArrayView1D<T, Stride1D.Dense> view) => view.BaseView;

    /// <inheritdoc />
    public override string ToString() => $"{(origin as CheckedView)?.Name ?? "view"} of {Length} {typeof(T).Name}";
}
