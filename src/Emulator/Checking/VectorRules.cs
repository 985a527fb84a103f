using System.Collections.Concurrent;
using System.Numerics;
using System.Reflection;
using System.Runtime.CompilerServices;
using ILGPU.Runtime;

namespace GpuNet.Emulation;

/// <summary>Which casts a GPU can turn into vector loads: what ILGPU's code generators assume about addresses.</summary>
internal static class VectorRules
{
    private static readonly ConcurrentDictionary<Type, Type[]> fieldTypes = new();

    /// <summary>Whether a type has several fields, and so stands for a vector.</summary>
    internal static bool IsVector(Type type) => Fields(type).Length > 1;

    /// <summary>Checks the cast of a view.</summary>
    /// <param name="view">The view after the cast.</param>
    /// <param name="bytes">The number of bytes before the cast.</param>
    internal static void VerifyCast<T>(CheckedView view, long bytes) where T : unmanaged
    {
        int size = Unsafe.SizeOf<T>();
        if (IsVector(typeof(T)))
        {
            Verify<T>(view);
            if (bytes % size != 0)
                throw Fault<T>(view, $"its {bytes} bytes are not a multiple of {size}");
        }
        else if (view.Offset % Alignment(size) != 0)
        {
            throw Fault<T>(view, $"it starts at byte {view.Offset} of its memory, which is not a multiple of {Alignment(size)}");
        }
    }

    /// <summary>Checks that vectors can be loaded from a view.</summary>
    internal static void Verify<T>(CheckedView view) where T : unmanaged
    {
        Type[] fields = Fields(typeof(T));
        if (fields.Any(field => field != fields[0]))
            throw Fault<T>(view, "its fields have different types");
        if (view.ArgumentOffset > 0 && view.ArgumentOffset % MemoryBlock.Alignment != 0)
        {
            throw Fault<T>(view, $"the kernel's argument starts at byte {view.ArgumentOffset} of its buffer, "
                + $"which is not a multiple of {MemoryBlock.Alignment}");
        }
        int alignment = Alignment(Unsafe.SizeOf<T>());
        if (view.Offset % alignment != 0)
            throw Fault<T>(view, $"it starts at byte {view.Offset} of its memory, which is not a multiple of {alignment}");
    }

    /// <summary>The largest power of two that divides a size, 16 at most.</summary>
    private static int Alignment(int size) => Math.Min(16, 1 << BitOperations.TrailingZeroCount(size));

    private static Type[] Fields(Type type) => fieldTypes.GetOrAdd(type, static t =>
        t.IsPrimitive || t.IsEnum || t.IsPointer
            ? []
            : [.. t.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Select(field => field.FieldType)]);

    private static KernelFaultException Fault<T>(CheckedView view, string reason) =>
        Faults.Create(KernelFault.Alignment, $"'{view.Name}' cannot be read as {typeof(T).Name}: {reason}");
}
