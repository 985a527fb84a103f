namespace ILGPU.Runtime.CPU;

/// <summary>The shapes of GPU that the processor can take.</summary>
public enum CPUDeviceKind
{
    /// <summary>Warps of 4, groups of up to 16.</summary>
    Default,

    /// <summary>Warps of 32, groups of up to 1024.</summary>
    Nvidia,

    /// <summary>Warps of 32, groups of up to 256.</summary>
    AMD,

    /// <summary>Warps of 64, groups of up to 256.</summary>
    LegacyAMD,

    /// <summary>Warps of 16, groups of up to 128.</summary>
    Intel,
}

/// <summary>Whether the groups of a launch run at the same time.</summary>
public enum CPUAcceleratorMode
{
    /// <summary>At the same time, unless kernels are checked.</summary>
    Auto = 0,

    /// <summary>One after the other.</summary>
    Sequential = 1,

    /// <summary>At the same time, unless kernels are checked.</summary>
    Parallel = 2,
}
