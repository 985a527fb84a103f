namespace GpuNet.Emulation;

/// <summary>What a kernel did wrong.</summary>
public enum KernelFault
{
    /// <summary>It left a view.</summary>
    OutOfBounds,

    /// <summary>It read memory that nothing had written.</summary>
    Unwritten,

    /// <summary>Two lanes used one element, one of them writing, without a barrier between.</summary>
    Race,

    /// <summary>A barrier was not reached by every lane of the group.</summary>
    Barrier,

    /// <summary>It treated memory as vectors that no device could load.</summary>
    Alignment,
}
