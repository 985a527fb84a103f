using System.Runtime.InteropServices;
using ILGPU.Runtime;

namespace GpuNet.Tests;

/// <summary>
/// What memory holds that nothing has written: not a number, and in its halves, as bfloat16, none either. Where the interpreter loads it,
/// it faults; elsewhere it makes results that compare with nothing.
/// </summary>
internal static class Unwritten
{
    private const ushort Half = 0x7FC5;
    private const uint Word = (Half << 16) | Half;

    public static float Value => BitConverter.UInt32BitsToSingle(Word);

    /// <summary>An arena that nothing has written to yet.</summary>
    public static Arena Arena(Device device, long bytes)
    {
        var arena = new Arena(device, bytes, "test");
        Fill(device, All(arena));
        return arena;
    }

    /// <summary>Makes it as if nothing had written to a tensor.</summary>
    public static void Fill(Device device, Tensor tensor)
    {
        if (device.IsHost)
            tensor.Span.Fill(Value);
        else
            tensor.View.CopyFromCPU(device.Stream, [.. Enumerable.Repeat(Value, (int)tensor.Shape.Elements)]);
    }

    /// <summary>All of an arena.</summary>
    public static Tensor All(Arena arena) => arena.At(0, Shape.Vector((int)(arena.Bytes / sizeof(float))));

    /// <summary>Index of the first value that was written; -1 if none was.</summary>
    public static int FirstWritten(ReadOnlySpan<float> values) => MemoryMarshal.Cast<float, uint>(values).IndexOfAnyExcept(Word);

    public static void Fill(Span<byte> memory) => MemoryMarshal.Cast<byte, uint>(memory).Fill(Word);

    /// <summary>Whether a half, a word or one of several words was never written.</summary>
    public static unsafe bool Holds(byte* memory, int bytes)
    {
        if (bytes < sizeof(uint))
            return *(ushort*)memory == Half;
        bool holds = false;
        for (int i = 0; i < bytes; i += sizeof(uint))
            holds |= *(uint*)(memory + i) == Word;
        return holds;
    }
}
