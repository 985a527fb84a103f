using System.Runtime.CompilerServices;

namespace GpuNet.Tests.Ptx;

/// <summary>
/// Global memory as one launch sees it: each view it was given is a piece of the address space of its own, so that an address that
/// leaves its view is found wherever it leads.
/// </summary>
internal sealed unsafe class PtxMemory
{
    private const int PieceBits = 40;

    private readonly List<Piece> pieces = [];

    /// <summary>Gives the launch a view and returns its address.</summary>
    /// <param name="memory">Where it is.</param>
    /// <param name="bytes">Its size.</param>
    /// <param name="first">Its first byte in the buffer it is a part of, from which its alignment follows.</param>
    /// <param name="shadow">The buffer's.</param>
    /// <param name="name">What the kernel calls it.</param>
    public ulong Add(byte* memory, long bytes, long first, PtxShadow shadow, string name)
    {
        pieces.Add(new Piece(memory, bytes, first, shadow, name));
        return Start(pieces.Count - 1);
    }

    /// <summary>The bytes behind an address.</summary>
    /// <exception cref="PtxFault">They are not all there, not aligned, in use by others, or read before they were written.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public byte* At(ulong address, int bytes, int alignment, PtxAccess access, int thread, PtxClock clock)
    {
        int index = (int)(address >> PieceBits) - 1;
        if (index < 0 || index >= pieces.Count)
            throw new PtxFault($"global address {address:x} belongs to no view", thread);
        Piece piece = pieces[index];
        long offset = (long)(address - Start(index));
        if (offset < 0 || offset + bytes > piece.Bytes)
            throw new PtxFault($"{piece.Element(offset, bytes)} is outside the view", thread);
        if (address % (uint)alignment != 0)
            throw new PtxFault($"{piece.Element(offset, bytes)} is not aligned to {alignment} bytes", thread);
        if (piece.Shadow.Touch(piece.First + offset, bytes, access, thread, clock, isShared: false) is { } wrong)
            throw new PtxFault($"{piece.Element(offset, bytes)} {PtxFault.Verb(access)} {wrong}", thread);
        byte* there = piece.Memory + offset;
        if (access == PtxAccess.Read && Unwritten.Holds(new ReadOnlySpan<byte>(there, bytes)))
            throw new PtxFault($"{piece.Element(offset, bytes)} is read before anything was written to it", thread);
        return there;
    }

    private ulong Start(int index) => ((ulong)(index + 1) << PieceBits) + (1UL << (PieceBits - 1)) + ((ulong)pieces[index].First & 0xFFF);

    private sealed class Piece(byte* memory, long bytes, long first, PtxShadow shadow, string name)
    {
        public byte* Memory => memory;

        public long Bytes => bytes;

        public long First => first;

        public PtxShadow Shadow => shadow;

        public string Element(long at, int size) => PtxFault.Element(name, at, size, bytes);
    }
}
