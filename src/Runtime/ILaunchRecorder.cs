namespace GpuNet;

/// <summary>What turns launches into a <see cref="LaunchGraph"/>.</summary>
internal interface ILaunchRecorder
{
    /// <summary>Records what an action queues on the device's stream, none of which runs meanwhile.</summary>
    /// <exception cref="GpuNetException">It cannot be recorded; the stream is as it was.</exception>
    LaunchGraph Record(Action launches);
}
