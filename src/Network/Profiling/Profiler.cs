using System.Diagnostics;
using GpuNet.Kernels;

namespace GpuNet;

/// <summary>
/// Times every operator of the plans it is given to (<see cref="Plan.Profiler"/>), and what else is measured through it. It waits for the
/// device before and after, so that a time is the operator's own; on a GPU it includes the launch, and a pass as a whole takes longer
/// than without.
/// </summary>
/// <param name="device">Where the plans run.</param>
public sealed class Profiler(Device device)
{
    /// <summary>Single calls that are kept for the trace; later ones count in <see cref="Rows"/> alone.</summary>
    public const int MaxEvents = 200_000;

    internal const string Inference = "inference";
    internal const string Forward = "forward";
    internal const string Backward = "backward";

    private readonly Dictionary<(Operator? Operator, string Name, string Pass, string Candidate), ProfileRow> rows = [];
    private readonly List<ProfileEvent> events = [];
    private readonly long origin = Stopwatch.GetTimestamp();

    /// <summary>What was timed, what took longest first.</summary>
    public IReadOnlyList<ProfileRow> Rows => [.. rows.Values.OrderByDescending(r => r.Seconds)];

    /// <summary>Seconds of everything that was timed.</summary>
    public double Seconds => rows.Values.Sum(r => r.Seconds);

    /// <summary>Whether there were more calls than are kept for the trace.</summary>
    public bool IsCut { get; private set; }

    internal IReadOnlyList<ProfileEvent> Events => events;

    /// <summary>Times what happens until the result is disposed.</summary>
    /// <param name="profiler">The profiler; with null nothing is timed.</param>
    /// <param name="name">What happens.</param>
    public static Scope Measure(Profiler? profiler, string name) => new(profiler, name);

    internal long Start()
    {
        device.Synchronize();
        return Stopwatch.GetTimestamp();
    }

    internal void Stop(long start, Node node, string pass, string candidate)
    {
        device.Synchronize();
        long end = Stopwatch.GetTimestamp();
        Add(Row(node.Operator, "", pass, candidate), node, start, end);
    }

    private void Stop(long start, string name)
    {
        device.Synchronize();
        long end = Stopwatch.GetTimestamp();
        Add(Row(null, name, "", ""), null, start, end);
    }

    private ProfileRow Row(Operator? op, string name, string pass, string candidate)
    {
        if (!rows.TryGetValue((op, name, pass, candidate), out ProfileRow? row))
            rows[(op, name, pass, candidate)] = row = new ProfileRow(op?.ToString() ?? name, pass, candidate, op);
        return row;
    }

    private void Add(ProfileRow row, Node? node, long start, long end)
    {
        row.Calls++;
        row.Seconds += Stopwatch.GetElapsedTime(start, end).TotalSeconds;
        if (events.Count < MaxEvents)
        {
            events.Add(new ProfileEvent(row, node, Stopwatch.GetElapsedTime(origin, start).TotalMicroseconds,
                Stopwatch.GetElapsedTime(start, end).TotalMicroseconds));
        }
        else
            IsCut = true;
    }

    /// <summary>A time that is being taken.</summary>
    public readonly struct Scope : IDisposable
    {
        private readonly Profiler? profiler;
        private readonly string name;
        private readonly long start;

        internal Scope(Profiler? profiler, string name)
        {
            this.profiler = profiler;
            this.name = name;
            start = profiler?.Start() ?? 0;
        }

        /// <summary>Ends it.</summary>
        public void Dispose() => profiler?.Stop(start, name);
    }

    /// <summary>One call, in microseconds since the profiler was made.</summary>
    internal readonly record struct ProfileEvent(ProfileRow Row, Node? Node, double Start, double Duration);
}
