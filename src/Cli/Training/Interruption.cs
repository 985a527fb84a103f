using System.Runtime.InteropServices;

namespace GpuNet.Cli;

/// <summary>
/// Turns the first Ctrl-C or SIGTERM into a request to stop, so that a checkpoint can be written; the second ends the process.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource source;
    private readonly PosixSignalRegistration[] registrations;

    /// <summary>Starts to listen.</summary>
    /// <param name="outer">A further request to stop.</param>
    public Interruption(CancellationToken outer)
    {
        source = CancellationTokenSource.CreateLinkedTokenSource(outer);
        registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Receive),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Receive),
        ];
    }

    /// <summary>Set once the run should stop.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>The exit code that tells which signal it was.</summary>
    public int ExitCode { get; private set; } = ExitCodes.Interrupted;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in registrations)
            registration.Dispose();
        source.Dispose();
    }

    private void Receive(PosixSignalContext context)
    {
        if (source.IsCancellationRequested)
            return;
        context.Cancel = true;
        ExitCode = context.Signal == PosixSignal.SIGTERM ? ExitCodes.Terminated : ExitCodes.Interrupted;
        source.Cancel();
    }
}
