namespace GpuNet.Kernels.Host;

/// <summary>Cuts work into parts by its size alone, so that results do not depend on the number of threads.</summary>
internal static class WorkParts
{
    // Some tens of microseconds: long against handing out a part, short against a layer.
    private const long OperationsPerPart = 1_500_000;
    private const long ElementsPerPart = 32 * 1024;
    private const long MaxParts = 256;

    /// <summary>How many parts are worth while.</summary>
    /// <param name="operations">Floating-point operations.</param>
    /// <param name="elements">Elements read and written.</param>
    public static int Count(long operations, long elements) =>
        (int)Math.Clamp((operations / OperationsPerPart) + (elements / ElementsPerPart), 1, MaxParts);

    /// <summary>
    /// Where a part begins when <paramref name="extent"/> is cut into <paramref name="parts"/>; part = parts gives the end.
    /// </summary>
    public static int Start(int part, int parts, int extent) => (int)((long)part * extent / parts);
}
