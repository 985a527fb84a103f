namespace ILGPU.Runtime;

/// <summary>Lets one thread go on that waits for it; a signal given before the wait is kept.</summary>
internal sealed class Baton
{
    private readonly object gate = new();
    private bool isGiven;

    internal void Give()
    {
        lock (gate)
        {
            isGiven = true;
            Monitor.Pulse(gate);
        }
    }

    internal void Take()
    {
        lock (gate)
        {
            while (!isGiven)
                Monitor.Wait(gate);
            isGiven = false;
        }
    }

    internal bool Take(TimeSpan limit)
    {
        lock (gate)
        {
            if (!isGiven)
                Monitor.Wait(gate, limit);
            bool wasGiven = isGiven;
            isGiven = false;
            return wasGiven;
        }
    }
}
