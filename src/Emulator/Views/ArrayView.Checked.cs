using System.Runtime.CompilerServices;
using GpuNet.Emulation;
using ILGPU.Runtime;

namespace ILGPU;

public readonly unsafe partial struct ArrayView<T>
{
    /// <summary>The view with the name of the kernel's parameter that it is passed to.</summary>
    object ICheckedArgument.Named(string name)
    {
        if (origin is not CheckedView view)
            return this;
        view.Block.ThrowIfDisposed();
        CheckedView named = view.AsArgument(name);
        if (VectorRules.IsVector(typeof(T)))
            VectorRules.Verify<T>(named);
        return new ArrayView<T>(data, 0, named);
    }

    /// <summary>The address for the host's own code, which is trusted to stay within the view and to write what it reads.</summary>
    internal byte* Address(bool writes)
    {
        Block?.ThrowIfDisposed();
        if (writes)
            MarkWritten(true);
        return data;
    }

    /// <summary>Keeps the memory from being freed up to this point.</summary>
    internal void KeepAlive() => GC.KeepAlive(origin);

    /// <summary>Says whether the elements count as written from now on.</summary>
    internal void MarkWritten(bool written)
    {
        if (origin is CheckedView view)
            view.Block.Shadow!.Mark(view.Offset, view.Length * sizeof(T), written);
    }

    private MemoryBlock? Block => origin as MemoryBlock ?? (origin as CheckedView)?.Block;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private T ReadChecked(long index)
    {
        if (origin is not CheckedView view)
            throw CheckedView.OutOfBounds(Length, index, isWrite: false);
        view.Access(index, sizeof(T), isWrite: false);
        return ((T*)data)[index];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void WriteChecked(long index, T value)
    {
        if (origin is not CheckedView view)
            throw CheckedView.OutOfBounds(Length, index, isWrite: true);
        view.Access(index, sizeof(T), isWrite: true);
        ((T*)data)[index] = value;
    }

    private ArrayView<T> SubViewChecked(long index, long length)
    {
        if (index < 0 || length < 0 || length > Length - index)
            throw Faults.Create(KernelFault.OutOfBounds, $"sub-view of {length} elements from element {index} leaves {ToString()}");
        return origin is CheckedView view
            ? new ArrayView<T>(data + index * sizeof(T), 0, view.Part(index * sizeof(T), length))
            : new ArrayView<T>(data + index * sizeof(T), length, origin);
    }

    private ArrayView<TOther> CastChecked<TOther>() where TOther : unmanaged
    {
        if (origin is not CheckedView view)
            return default;
        CheckedView cast = view.Resized(view.Length * sizeof(T) / sizeof(TOther));
        VectorRules.VerifyCast<TOther>(cast, view.Length * sizeof(T));
        return new ArrayView<TOther>(data, 0, cast);
    }
}
