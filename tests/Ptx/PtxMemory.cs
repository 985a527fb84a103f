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
    public ulong Add(byte* memory, long bytes, long first, PtxShadow shadow)
    {
        pieces.Add(new Piece(memory, bytes, first, shadow));
        return Start(pieces.Count - 1);
    }

    /// <summary>The bytes behind an address.</summary>
    /// <exception cref="PtxFault">They are not all there, not aligned, or in use by others.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public byte* At(ulong address, int bytes, PtxAccess access, int thread, PtxClock clock)
    {
        int index = (int)(address >> PieceBits) - 1;
        if (index < 0 || index >= pieces.Count)
            throw new PtxFault($"global address {address:x} belongs to no view");
        Piece piece = pieces[index];
        long offset = (long)(address - Start(index));
        if (offset < 0 || offset + bytes > piece.Bytes)
            throw new PtxFault($"argument {index}: bytes {offset} to {offset + bytes} of a view of {piece.Bytes}");
        if (address % (uint)bytes != 0)
            throw new PtxFault($"argument {index}: byte {offset} is not aligned to {bytes} bytes");
        piece.Shadow.Touch(piece.First + offset, bytes, access, thread, clock, mustBeWritten: false);
        return piece.Memory + offset;
    }

    private ulong Start(int index) => ((ulong)(index + 1) << PieceBits) + (1UL << (PieceBits - 1)) + ((ulong)pieces[index].First & 0xFFF);

    private sealed record Piece(nint Place, long Bytes, long First, PtxShadow Shadow)
    {
        public Piece(byte* memory, long bytes, long first, PtxShadow shadow) : this((nint)memory, bytes, first, shadow)
        {
        }

        public byte* Memory => (byte*)Place;
    }
}
