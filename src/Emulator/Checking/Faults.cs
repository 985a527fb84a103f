using ILGPU.Runtime;

namespace GpuNet.Emulation;

/// <summary>Words faults.</summary>
internal static class Faults
{
    /// <summary>A fault of the lane that runs on this thread, or of the host.</summary>
    internal static KernelFaultException Create(KernelFault fault, string what) =>
        new(fault, Lane.TryCurrent is { } lane ? $"{lane.Describe()}: {what}" : $"host: {what}");
}
