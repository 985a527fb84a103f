using System.Runtime.CompilerServices;

namespace GpuNet.Tests;

/// <summary>
/// Keeps every test, and every command a test runs, from the choices that were tuned on this machine, and these from the tests.
/// </summary>
internal static class TuningIsolation
{
    /// <summary>A file that is never written.</summary>
    public static string NoFile { get; } = Path.Combine(Path.GetTempPath(), $"gpunet-tests-{Environment.ProcessId}", "none.json");

    [ModuleInitializer]
    internal static void Isolate() => Use(NoFile);

    /// <summary>Lets commands use a file until the result is disposed.</summary>
    public static IDisposable With(string path)
    {
        Use(path);
        return new Back();
    }

    private static void Use(string path) => Environment.SetEnvironmentVariable(TuningFile.PathVariable, path);

    private sealed class Back : IDisposable
    {
        public void Dispose() => Use(NoFile);
    }
}
