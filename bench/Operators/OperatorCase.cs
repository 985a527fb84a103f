using System.Diagnostics;
using GpuNet.Kernels;

namespace GpuNet.Bench.Operators;

/// <summary>A candidate at a problem on a device, and how it is measured.</summary>
internal sealed class OperatorCase
{
    // Below this the host may not keep up with the launches, so that they are recorded and repeated where the device can.
    private static readonly TimeSpan Short = TimeSpan.FromMicroseconds(50);
    private const int MostLaunches = 1024;
    private const int LaunchesOfShort = 256;

    private readonly Launcher launcher;

    private OperatorCase(OperatorProblem problem, Candidate candidate, BenchDevice on)
    {
        (Problem, Candidate, On, launcher) = (problem, candidate, on, problem.Operator.Bind(on.Device, candidate));
    }

    public OperatorProblem Problem { get; }

    public Candidate Candidate { get; }

    public BenchDevice On { get; }

    /// <summary>Whether the device's rule takes this candidate.</summary>
    public bool IsChosen => Problem.Operator.Choose(On.Device).Name == Candidate.Name;

    /// <summary>Whether it is the first that runs on the device: the plain kernels, which the others are compared with.</summary>
    public bool IsFirst { get; private init; }

    /// <summary>
    /// Launches for each wait for the device, so that neither the wait nor a launch's way to the device is what is measured.
    /// </summary>
    public int Launches { get; private set; } = 1;

    /// <summary>Measurements.</summary>
    public int Iterations { get; private set; } = 1;

    /// <summary>The first estimate.</summary>
    public TimeSpan Estimate { get; private set; }

    /// <summary>What all candidates of a problem on a device have in common.</summary>
    public string Group => $"{On.Device.Name} {Problem.Direction} {Problem.Operator}";

    /// <summary>A name for lists.</summary>
    public override string ToString() => $"{Group} {Candidate.Name}";

    /// <summary>Every candidate that runs on a device, loaded, run and timed once.</summary>
    /// <param name="problem">What they do.</param>
    /// <param name="on">Where.</param>
    /// <param name="effort">How long to measure.</param>
    /// <param name="skipped">Is told of each that cannot run, and why.</param>
    public static IEnumerable<OperatorCase> Of(OperatorProblem problem, BenchDevice on, Effort effort, Action<string> skipped)
    {
        bool first = true;
        foreach (Candidate candidate in problem.Operator.Candidates.Where(c => c.RunsOn(on.Device)))
        {
            OperatorCase? made = null;
            try
            {
                made = Of(problem, candidate, on, effort, first);
            }
            catch (Exception e) when (e is GpuNetException or ILGPU.Runtime.AcceleratorException)
            {
                skipped($"{on.Device.Name} {problem.Direction} {problem.Operator} {candidate.Name}: left out: {e.Message}");
                made = null;
            }
            if (made is null)
                continue;
            first = false;
            yield return made;
        }
    }

    /// <summary>One candidate, loaded, run and timed once.</summary>
    public static OperatorCase Of(OperatorProblem problem, Candidate candidate, BenchDevice on, Effort effort, bool isFirst = false)
    {
        var made = new OperatorCase(problem, candidate, on) { IsFirst = isFirst };
        made.Estimated(effort);
        return made;
    }

    /// <summary>Lays the operands, and records the launches where that is how they are repeated.</summary>
    public PreparedCase Prepare()
    {
        OperandRotation operands = Lay();
        return new PreparedCase(this, operands, Estimate < Short ? On.Device.Capture(() => Launch(operands, Launches), out _) : null);
    }

    /// <summary>Queues launches, each on the next set.</summary>
    public void Launch(OperandRotation operands, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (Problem.Direction == Direction.Backward)
                launcher.Backward(operands.Next());
            else
                launcher.Forward(operands.Next());
        }
    }

    private OperandRotation Lay()
    {
        var operands = new OperandRotation(Problem.Operator, On.Device, Problem.Training, launcher);
        operands.Prepare(launcher);
        launcher.Forward(operands[0]);
        On.Device.Synchronize();
        return operands;
    }

    private void Estimated(Effort effort)
    {
        using OperandRotation operands = Lay();
        Launch(operands, 1);
        On.Device.Synchronize();
        TimeSpan once = Time(operands, 1);
        // A second look at what the wait for the device may have been most of.
        int some = once < 20 * Short ? 20 : 1;
        Estimate = some == 1 ? once : Time(operands, some) / some;
        Launches = (int)Math.Clamp(effort.Iteration / Estimate, 1, MostLaunches);
        if (Estimate < Short)
            Launches = Math.Max(Launches, Math.Min(operands.Count, LaunchesOfShort));
        Iterations = (int)Math.Clamp(effort.Case / (Launches * Estimate), 1, effort.MostIterations);
    }

    private TimeSpan Time(OperandRotation operands, int launches)
    {
        long start = Stopwatch.GetTimestamp();
        Launch(operands, launches);
        On.Device.Synchronize();
        return Stopwatch.GetElapsedTime(start);
    }
}

/// <summary>A case with its operands laid.</summary>
internal sealed class PreparedCase(OperatorCase of, OperandRotation operands, LaunchGraph? graph) : IDisposable
{
    /// <summary>Queues <see cref="OperatorCase.Launches"/> and waits for them.</summary>
    public void Run()
    {
        if (graph is null)
            of.Launch(operands, of.Launches);
        else
            graph.Launch();
        of.On.Device.Synchronize();
    }

    public void Dispose()
    {
        graph?.Dispose();
        operands.Dispose();
    }
}

/// <summary>An opened device and what it gives at best, measured when first asked for.</summary>
internal sealed class BenchDevice(Device device) : IDisposable
{
    private readonly Lazy<Roofline> roofline = new(() => Roofline.Measure(device));

    public Device Device => device;

    public Roofline Roofline => roofline.Value;

    public void Dispose() => device.Dispose();
}

/// <summary>How long to measure.</summary>
/// <param name="Iteration">Time of a measurement: as many launches and one wait.</param>
/// <param name="Case">Time of all measurements of a case; at least one is taken.</param>
/// <param name="MostIterations">Most measurements of a case.</param>
internal sealed record Effort(TimeSpan Iteration, TimeSpan Case, int MostIterations)
{
    public static Effort Full { get; } = new(TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(1), 25);

    public static Effort Brief { get; } = new(TimeSpan.FromMilliseconds(2), TimeSpan.FromMilliseconds(30), 7);
}
