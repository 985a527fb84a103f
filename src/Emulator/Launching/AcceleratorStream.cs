namespace ILGPU.Runtime;

/// <summary>An order of launches and copies; each is complete when its call returns, so all streams are in order here.</summary>
public class AcceleratorStream : IDisposable
{
    internal AcceleratorStream(Accelerator accelerator) => Accelerator = accelerator;

    /// <summary>The owner.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>Whether the stream is disposed.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>Returns at once.</summary>
    public void Synchronize() => ThrowIfDisposed();

    /// <summary>Is complete at once.</summary>
    public Task SynchronizeAsync()
    {
        ThrowIfDisposed();
        return Task.CompletedTask;
    }

    /// <summary>Closes the stream.</summary>
    public void Dispose()
    {
        IsDisposed = true;
        GC.SuppressFinalize(this);
    }

    internal void ThrowIfDisposed()
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        Accelerator.ThrowIfDisposed();
    }
}
