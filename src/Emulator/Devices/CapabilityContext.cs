namespace ILGPU.Runtime;

/// <summary>What a device can do beyond the common ground.</summary>
public class CapabilityContext
{
    internal CapabilityContext()
    {
    }

    /// <summary>Arithmetic in 16-bit floating point.</summary>
    public bool Float16 { get; internal set; }

    /// <summary>Arithmetic in 64-bit floating point.</summary>
    public bool Float64 { get; internal set; } = true;

    /// <summary>Pointers that need not say which memory they point to.</summary>
    public bool GenericAddressSpace { get; internal set; } = true;

    /// <summary>Atomic operations on 64-bit integers.</summary>
    public bool Int64_Atomics { get; internal set; }

    /// <summary>Operations across the lanes of a warp.</summary>
    public bool SubGroups { get; internal set; }
}
