namespace ILGPU;

/// <summary>Makes values that a device's compiler treats as constants.</summary>
public static class SpecializedValue
{
    /// <summary>A value that a kernel is compiled for.</summary>
    public static SpecializedValue<T> New<T>(T value) where T : unmanaged, IEquatable<T> => new(value);
}

/// <summary>A kernel's argument that a device's compiler treats as a constant; an ordinary value here.</summary>
/// <typeparam name="T">The value.</typeparam>
/// <param name="Value">The value itself.</param>
public record struct SpecializedValue<T>(T Value) where T : unmanaged, IEquatable<T>
{
    /// <summary>The value itself.</summary>
    public static implicit operator T(SpecializedValue<T> specialized) => specialized.Value;
}
