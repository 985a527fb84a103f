namespace ILGPU.Runtime.OpenCL;

/// <summary>What kind of hardware an OpenCL device is.</summary>
[Flags]
public enum CLDeviceType
{
    /// <summary>The platform's default.</summary>
    CL_DEVICE_TYPE_DEFAULT = 1,

    /// <summary>A processor.</summary>
    CL_DEVICE_TYPE_CPU = 2,

    /// <summary>A GPU.</summary>
    CL_DEVICE_TYPE_GPU = 4,
}
