using System.Runtime.CompilerServices;

namespace GpuNet.Tests.Ptx;

/// <summary>
/// Global memory as one launch sees it: each view it was given is a piece of the address space of its own, so that an address that
/// leaves its view is found wherever it leads.
/// </summary>
internal sealed unsafe class PtxMemory
{
    private const int PieceBits = 40;

    private Piece[] pieces = [];

    /// <summary>Gives the launch a view and returns its address.</summary>
    /// <param name="memory">Where it is.</param>
    /// <param name="bytes">Its size.</param>
    /// <param name="first">Its first byte in the buffer it is a part of, from which its alignment follows.</param>
    /// <param name="shadow">The buffer's.</param>
    /// <param name="name">What the kernel calls it.</param>
    public ulong Add(byte* memory, long bytes, long first, PtxShadow shadow, string name)
    {
        ulong start = ((ulong)(pieces.Length + 1) << PieceBits) + (1UL << (PieceBits - 1)) + ((ulong)first & 0xFFF);
        pieces = [.. pieces, new Piece(start, memory, bytes, first, shadow, name)];
        return start;
    }

    /// <summary>The bytes behind an address.</summary>
    /// <param name="address">Where.</param>
    /// <param name="bytes">How many.</param>
    /// <param name="alignment">What the address is to be a multiple of, a power of two.</param>
    /// <param name="access">What is done to them.</param>
    /// <param name="thread">By which thread of the group.</param>
    /// <param name="clock">When.</param>
    /// <exception cref="PtxFault">They are not all there, not aligned, in use by others, or read before they were written.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public byte* At(ulong address, int bytes, int alignment, PtxAccess access, int thread, PtxClock clock)
    {
        int index = (int)(address >> PieceBits) - 1;
        if ((uint)index >= (uint)pieces.Length)
            throw new PtxFault($"global address {address:x} belongs to no view", thread);
        Piece piece = pieces[index];
        long offset = (long)(address - piece.Start);
        if (offset < 0 || offset + bytes > piece.Bytes)
            throw piece.Fault("is outside the view", offset, bytes, thread);
        if ((address & (uint)(alignment - 1)) != 0)
            throw piece.Fault($"is not aligned to {alignment} bytes", offset, bytes, thread);
        if (piece.Shadow.Touch(piece.First + offset, bytes, access, thread, clock, isShared: false) is { } wrong)
            throw piece.Fault($"{PtxFault.Verb(access)} {wrong}", offset, bytes, thread);
        byte* there = piece.Memory + offset;
        if (access == PtxAccess.Read && Unwritten.Holds(there, bytes))
            throw piece.Fault("is read before anything was written to it", offset, bytes, thread);
        return there;
    }

    private sealed class Piece(ulong start, byte* memory, long bytes, long first, PtxShadow shadow, string name)
    {
        public readonly ulong Start = start;
        public readonly byte* Memory = memory;
        public readonly long Bytes = bytes;
        public readonly long First = first;
        public readonly PtxShadow Shadow = shadow;

        public PtxFault Fault(string what, long at, int size, int thread) =>
            new($"{PtxFault.Element(name, at, size, Bytes)} {what}", thread);
    }
}
