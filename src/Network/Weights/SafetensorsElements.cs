using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace GpuNet;

/// <summary>Converts elements of a safetensors file, which are little-endian and packed, to numbers.</summary>
internal static class SafetensorsElements
{
    public static void ToFloats(SafetensorsType type, ReadOnlySpan<byte> from, Span<float> to)
    {
        if (type == SafetensorsType.F32)
        {
            from.CopyTo(MemoryMarshal.AsBytes(to));
            if (!BitConverter.IsLittleEndian)
                BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<float, int>(to), MemoryMarshal.Cast<float, int>(to));
            return;
        }
        int size = SafetensorsTensor.SizeOf(type);
        for (int i = 0; i < to.Length; i++)
        {
            ReadOnlySpan<byte> element = from.Slice(i * size, size);
            to[i] = type switch
            {
                SafetensorsType.F16 => (float)BinaryPrimitives.ReadHalfLittleEndian(element),
                SafetensorsType.BF16 => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(element) << 16),
                SafetensorsType.F64 => (float)BinaryPrimitives.ReadDoubleLittleEndian(element),
                SafetensorsType.U64 => BinaryPrimitives.ReadUInt64LittleEndian(element),
                _ => ToInteger(type, element),
            };
        }
    }

    /// <exception cref="OverflowException">An unsigned 64-bit value is beyond the signed ones.</exception>
    public static void ToIntegers(SafetensorsType type, ReadOnlySpan<byte> from, Span<long> to)
    {
        int size = SafetensorsTensor.SizeOf(type);
        for (int i = 0; i < to.Length; i++)
            to[i] = ToInteger(type, from.Slice(i * size, size));
    }

    private static long ToInteger(SafetensorsType type, ReadOnlySpan<byte> element) => type switch
    {
        SafetensorsType.Bool or SafetensorsType.U8 => element[0],
        SafetensorsType.I8 => (sbyte)element[0],
        SafetensorsType.I16 => BinaryPrimitives.ReadInt16LittleEndian(element),
        SafetensorsType.U16 => BinaryPrimitives.ReadUInt16LittleEndian(element),
        SafetensorsType.I32 => BinaryPrimitives.ReadInt32LittleEndian(element),
        SafetensorsType.U32 => BinaryPrimitives.ReadUInt32LittleEndian(element),
        SafetensorsType.U64 => checked((long)BinaryPrimitives.ReadUInt64LittleEndian(element)),
        _ => BinaryPrimitives.ReadInt64LittleEndian(element),
    };
}
