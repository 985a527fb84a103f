using System.Runtime.InteropServices;

namespace GpuNet;

/// <summary>
/// Asks Linux to back a large block with pages of 2 MiB: a pass over a tensor of many megabytes then does not wait for the address of
/// every 4 KiB. Where the system does not do it, nothing changes.
/// </summary>
internal static unsafe partial class HugePages
{
    private const long MinBytes = 32 << 20;
    private const long PageBytes = 4096;
    private const int Advice = 14;

    /// <summary>Asks for a block that has just been taken and not been touched.</summary>
    public static void Advise(void* block, long bytes)
    {
        if (!OperatingSystem.IsLinux() || bytes < MinBytes)
            return;
        long first = ((long)block + PageBytes - 1) / PageBytes * PageBytes, end = ((long)block + bytes) / PageBytes * PageBytes;
        try
        {
            // What it answers does not matter: it is advice.
            _ = MemoryAdvise((void*)first, (nuint)(end - first), Advice);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // A system without the call keeps its small pages.
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MemoryAdvise(void* address, nuint length, int advice);
}
