using System.Runtime.InteropServices;

namespace ILGPU;

public readonly unsafe partial struct ArrayView<T>
{
    /// <summary>Sets every byte.</summary>
    internal void Fill(byte value)
    {
        NativeMemory.Fill(Address(writes: true), (nuint)LengthInBytes, value);
        KeepAlive();
    }

    /// <summary>Copies bytes to the start of this view.</summary>
    internal void CopyFrom(ArrayView<byte> source)
    {
        if (source.Length > LengthInBytes)
            throw new ArgumentOutOfRangeException(nameof(source), $"{source.Length} bytes do not fit a view of {LengthInBytes}");
        ArrayView<byte> target = Cast<byte>().SubView(0L, source.Length);
        Buffer.MemoryCopy(source.Address(writes: false), target.Address(writes: true), target.Length, source.Length);
        source.KeepAlive();
        KeepAlive();
    }
}
