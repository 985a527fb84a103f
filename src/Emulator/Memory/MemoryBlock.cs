using System.Runtime.InteropServices;
using GpuNet.Emulation;

namespace ILGPU.Runtime;

/// <summary>A piece of unmanaged memory: of a buffer, or shared or local memory while kernels are checked.</summary>
internal sealed unsafe class MemoryBlock
{
    /// <summary>Buffers start on such a boundary, like those of CUDA.</summary>
    internal const int Alignment = 256;

    private readonly bool ownsMemory;

    /// <summary>Allocates memory whose contents nothing defines.</summary>
    internal MemoryBlock(long bytes, bool isChecked)
    {
        Bytes = bytes;
        Base = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(bytes, 1), Alignment);
        ownsMemory = true;
        GC.AddMemoryPressure(Math.Max(bytes, 1));
        Name = "buffer";
        Shadow = isChecked ? new Shadow(bytes) : null;
    }

    /// <summary>Names memory that belongs to a group or a lane, of which nothing is written yet.</summary>
    internal MemoryBlock(byte* start, long bytes, string name)
    {
        Base = start;
        Bytes = bytes;
        Name = name;
        Shadow = new Shadow(bytes);
        GC.SuppressFinalize(this);
    }

    ~MemoryBlock() => Free();

    internal byte* Base { get; private set; }

    internal long Bytes { get; }

    /// <summary>What a view says about itself unless a kernel's parameter names it.</summary>
    internal string Name { get; }

    /// <summary>Who wrote and read what; only while kernels are checked.</summary>
    internal Shadow? Shadow { get; }

    internal bool IsDisposed { get; private set; }

    internal void ThrowIfDisposed()
    {
        if (IsDisposed)
            throw new ObjectDisposedException(nameof(MemoryBuffer), "the buffer of this view is disposed");
    }

    internal void Release()
    {
        if (IsDisposed)
            return;
        IsDisposed = true;
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (!ownsMemory || Base == null)
            return;
        NativeMemory.AlignedFree(Base);
        Base = null;
        GC.RemoveMemoryPressure(Math.Max(Bytes, 1));
    }
}
