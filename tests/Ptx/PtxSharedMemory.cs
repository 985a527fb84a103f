using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace GpuNet.Tests.Ptx;

/// <summary>The shared memory of one group: its variables with gaps between them.</summary>
internal sealed unsafe class PtxSharedMemory : IDisposable
{
    private readonly PtxSource source;
    private readonly byte* memory;
    private readonly PtxShadow shadow;

    public PtxSharedMemory(PtxSource source)
    {
        this.source = source;
        memory = (byte*)NativeMemory.AlignedAlloc((nuint)source.SharedEnd, 256);
        shadow = new PtxShadow(source.SharedEnd);
    }

    /// <summary>The bytes behind an address; see <see cref="PtxMemory.At"/>. Nothing may be read that the group did not write.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public byte* At(ulong address, int bytes, PtxAccess access, int thread, PtxClock clock)
    {
        PtxVariable variable = PtxVariable.At(source.Shared, address, bytes, thread);
        if (shadow.Touch((long)address, bytes, access, thread, clock, isShared: true) is { } wrong)
            throw new PtxFault($"{variable.Element(address, bytes)} {PtxFault.Verb(access)} {wrong}", thread);
        return memory + address;
    }

    /// <summary>Ends an asynchronous copy.</summary>
    public void Arrive(ulong address, ReadOnlySpan<byte> values, int thread, PtxClock clock)
    {
        shadow.Arrive((long)address, values.Length, thread, clock);
        values.CopyTo(new Span<byte>(memory + address, values.Length));
    }

    public void Dispose() => NativeMemory.AlignedFree(memory);
}
