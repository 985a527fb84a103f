using System.Runtime.InteropServices;

namespace GpuNet;

/// <summary>
/// The part of CUDA's driver interface that records a stream's work and repeats it as one launch; ILGPU leaves it out. Every call
/// needs the device's context to be the thread's current one.
/// </summary>
internal sealed unsafe class CudaGraphApi
{
    // Other threads of the process may do what they like meanwhile; what this one may not do is an error instead of a wrong record.
    private const int CaptureThreadLocal = 1;

    private static readonly string[] Names =
    [
        "cuStreamBeginCapture_v2", "cuStreamEndCapture", "cuGraphInstantiateWithFlags", "cuGraphLaunch", "cuGraphDestroy",
        "cuGraphExecDestroy", "cuStreamSynchronize", "cuGetErrorName",
    ];

    private readonly delegate* unmanaged<nint, int, int> beginCapture;
    private readonly delegate* unmanaged<nint, nint*, int> endCapture;
    private readonly delegate* unmanaged<nint*, nint, ulong, int> instantiate;
    private readonly delegate* unmanaged<nint, nint, int> launch;
    private readonly delegate* unmanaged<nint, int> destroyGraph, destroyExecutable, synchronize;
    private readonly delegate* unmanaged<int, byte**, int> errorName;

    private CudaGraphApi(nint[] exports)
    {
        beginCapture = (delegate* unmanaged<nint, int, int>)exports[0];
        endCapture = (delegate* unmanaged<nint, nint*, int>)exports[1];
        instantiate = (delegate* unmanaged<nint*, nint, ulong, int>)exports[2];
        launch = (delegate* unmanaged<nint, nint, int>)exports[3];
        destroyGraph = (delegate* unmanaged<nint, int>)exports[4];
        destroyExecutable = (delegate* unmanaged<nint, int>)exports[5];
        synchronize = (delegate* unmanaged<nint, int>)exports[6];
        errorName = (delegate* unmanaged<int, byte**, int>)exports[7];
    }

    /// <summary>The driver's library.</summary>
    public static string Library => OperatingSystem.IsWindows() ? "nvcuda" : "libcuda.so.1";

    /// <summary>Finds the functions in a library.</summary>
    /// <param name="library">Its name.</param>
    /// <param name="obstacle">Why they are not there; empty if they are.</param>
    public static CudaGraphApi? Load(string library, out string obstacle)
    {
        if (!NativeLibrary.TryLoad(library, out nint handle))
        {
            obstacle = $"{library} was not found";
            return null;
        }
        return From(name => NativeLibrary.TryGetExport(handle, name, out nint address) ? address : 0, out obstacle);
    }

    /// <summary>Takes the functions from wherever they are.</summary>
    /// <param name="export">The address of a function, or 0.</param>
    /// <param name="obstacle">Which of them is missing; empty if none is.</param>
    public static CudaGraphApi? From(Func<string, nint> export, out string obstacle)
    {
        nint[] exports = [.. Names.Select(export)];
        int missing = Array.IndexOf(exports, 0);
        obstacle = missing < 0 ? "" : $"the driver is older than CUDA 11.4 and has no {Names[missing]}";
        return missing < 0 ? new CudaGraphApi(exports) : null;
    }

    /// <summary>From here on what is queued on a stream is recorded instead of run.</summary>
    public void BeginCapture(nint stream) => Check(beginCapture(stream, CaptureThreadLocal), Names[0]);

    /// <summary>Ends the record.</summary>
    /// <returns>The graph, for <see cref="DestroyGraph"/>.</returns>
    public nint EndCapture(nint stream)
    {
        nint graph = 0;
        Check(endCapture(stream, &graph), Names[1]);
        return graph;
    }

    /// <summary>Ends a record that is of no use, so that the stream runs again what is queued on it.</summary>
    public void AbandonCapture(nint stream)
    {
        nint graph = 0;
        _ = endCapture(stream, &graph);
        if (graph != 0)
            DestroyGraph(graph);
    }

    /// <summary>Makes a graph ready to launch.</summary>
    /// <returns>What is launched, for <see cref="DestroyExecutable"/>.</returns>
    public nint Instantiate(nint graph)
    {
        nint executable = 0;
        Check(instantiate(&executable, graph, 0), Names[2]);
        return executable;
    }

    public void Launch(nint executable, nint stream) => Check(launch(executable, stream), Names[3]);

    public void DestroyGraph(nint graph) => _ = destroyGraph(graph);

    /// <summary>Destroys what may still be running on a stream.</summary>
    public void DestroyExecutable(nint executable, nint stream)
    {
        _ = synchronize(stream);
        _ = destroyExecutable(executable);
    }

    private void Check(int result, string function)
    {
        if (result == 0)
            return;
        byte* name = null;
        string error = errorName(result, &name) == 0 && name is not null ? Marshal.PtrToStringUTF8((nint)name)! : $"error {result}";
        throw new GpuNetException($"{function}: {error}");
    }
}
