using System.Runtime.CompilerServices;

namespace ILGPU.Runtime;

/// <summary>Fills and copies views. Each call is complete when it returns.</summary>
public static unsafe partial class ArrayViewExtensions
{
    /// <summary>The address of the first element; what the host writes there counts as written.</summary>
    public static IntPtr LoadEffectiveAddressAsPtr<T>(this ArrayView<T> view) where T : unmanaged => (IntPtr)view.Address(writes: true);

    /// <summary>The first element's first byte; what the host writes there counts as written.</summary>
    public static ref byte LoadEffectiveAddress<T>(this ArrayView<T> view) where T : unmanaged =>
        ref Unsafe.AsRef<byte>(view.Address(writes: true));

    /// <summary>The same elements with an axis.</summary>
    public static ArrayView1D<T, Stride1D.Dense> AsDense<T>(this ArrayView<T> view) where T : unmanaged => view;

    /// <summary>Sets every byte to zero.</summary>
    public static void MemSetToZero<TView>(this TView view) where TView : IContiguousArrayView => view.Fill(0);

    /// <summary>Sets every byte to zero.</summary>
    public static void MemSetToZero<TView>(this TView view, AcceleratorStream stream) where TView : IContiguousArrayView =>
        view.MemSet(stream, 0);

    /// <summary>Sets every byte.</summary>
    public static void MemSet<TView>(this TView view, byte value) where TView : IContiguousArrayView => view.Fill(value);

    /// <summary>Sets every byte.</summary>
    public static void MemSet<TView>(this TView view, AcceleratorStream stream, byte value) where TView : IContiguousArrayView
    {
        Verify(stream);
        view.Fill(value);
    }

    /// <summary>Copies all elements to the start of another view, which must have room for them.</summary>
    public static void CopyTo<TView>(this TView source, in TView target) where TView : IContiguousArrayView => target.CopyBytesFrom(source);

    /// <summary>Copies all elements to the start of another view, which must have room for them.</summary>
    public static void CopyTo<TView>(this TView source, AcceleratorStream stream, in TView target) where TView : IContiguousArrayView
    {
        Verify(stream);
        target.CopyBytesFrom(source);
    }

    /// <summary>Copies all elements of another view to the start of this one, which must have room for them.</summary>
    public static void CopyFrom<TView>(this TView target, in TView source) where TView : IContiguousArrayView =>
        target.CopyBytesFrom(source);

    /// <summary>Copies all elements of another view to the start of this one, which must have room for them.</summary>
    public static void CopyFrom<TView>(this TView target, AcceleratorStream stream, in TView source) where TView : IContiguousArrayView
    {
        Verify(stream);
        target.CopyBytesFrom(source);
    }

    private static void Verify(AcceleratorStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.ThrowIfDisposed();
    }
}
