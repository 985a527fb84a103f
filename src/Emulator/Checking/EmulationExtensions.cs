using ILGPU;

namespace GpuNet.Emulation;

/// <summary>What the emulator offers beyond ILGPU; code that uses it is compiled under <c>GPUNET_EMULATOR</c>.</summary>
public static class EmulationExtensions
{
    /// <summary>
    /// Says that the elements hold nothing of use any more, so that a checked kernel which reads them before something writes them
    /// is reported. For owners of arenas, when a range gets a new tenant. Does nothing while kernels are not checked.
    /// </summary>
    public static void MarkUnwritten<T>(this ArrayView<T> view) where T : unmanaged => view.MarkWritten(false);
}
