namespace GpuNet.Tests;

/// <summary>Keeps launches and makes them when they are repeated, on devices whose driver cannot.</summary>
internal sealed class CountingRecorder : ILaunchRecorder
{
    /// <summary>Records made, and not yet given back.</summary>
    public int Alive { get; private set; }

    /// <summary>How often one was repeated.</summary>
    public int Launches { get; private set; }

    public LaunchGraph Record(Action launches)
    {
        Alive++;
        return new Replay(this, launches);
    }

    private sealed class Replay(CountingRecorder owner, Action launches) : LaunchGraph
    {
        public override void Launch()
        {
            owner.Launches++;
            launches();
        }

        public override void Dispose() => owner.Alive--;
    }
}
