using System.Runtime.CompilerServices;

namespace ILGPU;

/// <summary>The shared memory that a launch asks for beside what its kernel allocates.</summary>
/// <param name="NumElements">The number of elements.</param>
/// <param name="ElementSize">The bytes of an element.</param>
public readonly record struct SharedMemoryConfig(int NumElements, int ElementSize)
{
    /// <summary>None.</summary>
    public static readonly SharedMemoryConfig Empty;

    /// <summary>The number of bytes.</summary>
    public int ArraySize => NumElements * ElementSize;

    /// <summary>Asks for elements of a type.</summary>
    public static SharedMemoryConfig RequestDynamic<T>(int numElements) where T : unmanaged => new(numElements, Unsafe.SizeOf<T>());
}
