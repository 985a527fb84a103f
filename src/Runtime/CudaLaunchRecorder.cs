namespace GpuNet;

/// <summary>Records launches as CUDA graphs.</summary>
/// <param name="api">The driver.</param>
/// <param name="bind">Makes the device's context the calling thread's current one.</param>
/// <param name="stream">The device's stream; the default stream cannot be recorded.</param>
internal sealed class CudaLaunchRecorder(CudaGraphApi api, Action bind, nint stream) : ILaunchRecorder
{
    public LaunchGraph Record(Action launches)
    {
        bind();
        api.BeginCapture(stream);
        try
        {
            launches();
        }
        catch
        {
            api.AbandonCapture(stream);
            throw;
        }
        nint graph = api.EndCapture(stream);
        try
        {
            return new Recorded(api, bind, stream, api.Instantiate(graph));
        }
        finally
        {
            api.DestroyGraph(graph);
        }
    }

    private sealed class Recorded(CudaGraphApi api, Action bind, nint stream, nint executable) : LaunchGraph
    {
        private nint executable = executable;

        public override void Launch()
        {
            ObjectDisposedException.ThrowIf(executable == 0, this);
            bind();
            api.Launch(executable, stream);
        }

        public override void Dispose()
        {
            if (executable == 0)
                return;
            bind();
            api.DestroyExecutable(executable, stream);
            executable = 0;
        }
    }
}
