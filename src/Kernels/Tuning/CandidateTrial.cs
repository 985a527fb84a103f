using System.Diagnostics;

namespace GpuNet.Kernels;

/// <summary>One operator's operands, on which its candidates are run one after the other: first compared, then timed.</summary>
internal sealed class CandidateTrial : IDisposable
{
    // Of the largest magnitude in a tensor. Operands of 16 bits, as matrix units take them, are off by a few thousandths; a kernel
    // that reads or writes a wrong element is off by about one.
    private const float Tolerance = 0.01f;

    // Where a sum should be nothing at all, rounding leaves this much of operands around 1.
    private const float Rounding = 1e-5f;

    private const int Samples = 9;
    private const int LeastSamples = 3;
    private const int MaxRepeats = 256;

    // A clock's tick and a wait for the device are small beside a sample.
    private const double SampleSeconds = 0.001;

    // Below this, most of which may be the wait, the host may not keep up with the launches; where the device can, they are recorded and
    // repeated, as plans do it.
    private const double ShortSeconds = 200e-6;
    private const double MostSeconds = 0.5;

    // A candidate that takes so many times as long as the best will not catch up: by one sample, and by two.
    private const double AbandonAfterOne = 4;
    private const double AbandonAfterTwo = 1.5;

    private readonly Device device;
    private readonly bool backward;
    private readonly OperandRotation rotation;
    private (string Name, float[] Values)[] expected = [];
    private int next;

    public CandidateTrial(Operator op, Device device, DirectionSet directions, Launcher[] launchers)
    {
        this.device = device;
        backward = directions == DirectionSet.Both;
        rotation = new OperandRotation(op, device, backward, launchers);
    }

    /// <summary>Runs the candidate that the others have to agree with.</summary>
    /// <exception cref="GpuNetException">It gives what is not a number.</exception>
    public void Expect(Launcher launcher)
    {
        Run(launcher);
        expected = Results();
        foreach ((string name, float[] values) in expected)
        {
            if (Array.FindIndex(values, v => !float.IsFinite(v)) is >= 0 and int at)
                throw new GpuNetException($"{name}: element {at} is {values[at]}.");
        }
    }

    /// <summary>Runs a candidate and compares what it gives.</summary>
    /// <exception cref="GpuNetException">It gives something else.</exception>
    public void Compare(Launcher launcher)
    {
        Run(launcher);
        foreach (((string name, float[] values), (_, float[] right)) in Results().Zip(expected))
        {
            float bound = MathF.Max(Tolerance * right.Select(MathF.Abs).DefaultIfEmpty().Max(), Rounding);
            for (int i = 0; i < values.Length; i++)
            {
                if (!(MathF.Abs(values[i] - right[i]) <= bound))
                {
                    throw new GpuNetException(
                        FormattableString.Invariant($"{name}: element {i} is {values[i]}, expected {right[i]} within {bound:G2}."));
                }
            }
        }
    }

    /// <summary>Times a candidate: the median of some samples of several calls each.</summary>
    /// <param name="launcher">The candidate, bound; it has run before.</param>
    /// <param name="trial">Takes its times.</param>
    /// <param name="best">Seconds of the best so far; one that is clearly slower is given up.</param>
    public Trial Time(Launcher launcher, Trial trial, double best)
    {
        rotation.Prepare(launcher);
        Once(launcher);
        (double forward, double backward) first = Once(launcher);
        double once = first.forward + first.backward;
        if (once > AbandonAfterOne * best)
            return Median(trial, [first]) with { IsAbandoned = true };
        var samples = new List<(double Forward, double Backward)> { first };
        long start = Stopwatch.GetTimestamp();
        using Repeated repeated = Repeat(launcher, once);
        if (repeated.Count > 1)
        {
            // A single call says more of the wait for the device than of the kernel.
            samples.Clear();
            repeated.Sample();
        }
        while (samples.Count < Samples && (samples.Count < LeastSamples || Stopwatch.GetElapsedTime(start).TotalSeconds < MostSeconds))
        {
            if (samples.Count == 2 && samples.Min(s => s.Forward + s.Backward) > AbandonAfterTwo * best)
                return Median(trial, samples) with { IsAbandoned = true };
            samples.Add(repeated.Sample());
        }
        return Median(trial, samples);
    }

    /// <summary>Times two candidates by turns.</summary>
    public (Trial First, Trial Second) TimeByTurns((Launcher Launcher, Trial Trial) first, (Launcher Launcher, Trial Trial) second)
    {
        double slower = Math.Max(first.Trial.Seconds, second.Trial.Seconds);
        using Repeated one = Repeat(first.Launcher, slower), other = Repeat(second.Launcher, slower);
        var samples = (First: new List<(double, double)>(), Second: new List<(double, double)>());
        long start = Stopwatch.GetTimestamp();
        while (samples.First.Count < Samples
            && (samples.First.Count < LeastSamples || Stopwatch.GetElapsedTime(start).TotalSeconds < 2 * MostSeconds))
        {
            // What is prepared is the other's by now.
            rotation.Prepare(first.Launcher);
            samples.First.Add(one.Sample());
            rotation.Prepare(second.Launcher);
            samples.Second.Add(other.Sample());
        }
        return (Median(first.Trial, samples.First) with { IsAbandoned = false }, Median(second.Trial, samples.Second));
    }

    public void Dispose() => rotation.Dispose();

    private static Trial Median(Trial trial, IReadOnlyCollection<(double Forward, double Backward)> samples) => trial with
    {
        Forward = samples.Select(s => s.Forward).Order().ElementAt(samples.Count / 2),
        Backward = samples.Select(s => s.Backward).Order().ElementAt(samples.Count / 2),
    };

    // A single call in each direction, on the next set.
    private (double Forward, double Backward) Once(Launcher launcher)
    {
        using var once = new Repeated(this, launcher, 1, record: false);
        return once.Sample();
    }

    // As many calls as make a sample, of which one takes so long.
    private Repeated Repeat(Launcher launcher, double once)
    {
        int count = (int)Math.Clamp(SampleSeconds / Math.Max(once, 1e-9), 1, MaxRepeats);
        bool record = once < ShortSeconds && device.GraphObstacle.Length == 0;
        return new Repeated(this, launcher, record ? Math.Max(count, Math.Min(rotation.Count, MaxRepeats)) : count, record);
    }

    private void Run(Launcher launcher)
    {
        rotation.Fill(0);
        launcher.Prepare(rotation[0]);
        launcher.Forward(rotation[0]);
        if (backward)
            launcher.Backward(rotation[0]);
    }

    private (string Name, float[] Values)[] Results()
    {
        Operands o = rotation[0];
        return
        [
            ("output", o.Output.ToArray()),
            .. o.DInputs.Where(d => d.IsWanted).Select((d, i) => ($"gradient of input {i}", d.Tensor.ToArray())),
            .. o.DParameters.Select((d, i) => (Tensor: d, Name: $"gradient of parameter {i}")).Where(d => !d.Tensor.IsNone)
            .Select(d => (d.Name, d.Tensor.ToArray())),
            .. backward ? o.Parameters.Select((p, i) => ($"parameter {i}", p.ToArray())) : [],
        ];
    }

    /// <summary>Calls of one candidate that are timed together, each on a set of its own as far as there are so many.</summary>
    private sealed class Repeated : IDisposable
    {
        private readonly CandidateTrial trial;
        private readonly Launcher launcher;
        private readonly LaunchGraph? forward, backward;

        public Repeated(CandidateTrial trial, Launcher launcher, int count, bool record)
        {
            (this.trial, this.launcher, Count) = (trial, launcher, count);
            if (!record)
                return;
            forward = trial.device.Capture(() => Launch(launcher.Forward, 0), out _);
            backward = trial.backward ? trial.device.Capture(() => Launch(launcher.Backward, 0), out _) : null;
        }

        public int Count { get; }

        // Backward runs over the sets that forward has just left.
        public (double Forward, double Backward) Sample()
        {
            int first = trial.next;
            trial.next = (trial.next + Count) % trial.rotation.Count;
            return (Seconds(forward, launcher.Forward, first), trial.backward ? Seconds(backward, launcher.Backward, first) : 0);
        }

        public void Dispose()
        {
            forward?.Dispose();
            backward?.Dispose();
        }

        private double Seconds(LaunchGraph? recorded, Action<Operands> pass, int first)
        {
            trial.device.Synchronize();
            long start = Stopwatch.GetTimestamp();
            if (recorded is null)
                Launch(pass, first);
            else
                recorded.Launch();
            trial.device.Synchronize();
            return Stopwatch.GetElapsedTime(start).TotalSeconds / Count;
        }

        private void Launch(Action<Operands> pass, int first)
        {
            for (int i = 0; i < Count; i++)
                pass(trial.rotation[(first + i) % trial.rotation.Count]);
        }
    }
}

/// <summary>How one candidate did when it was measured.</summary>
/// <param name="Candidate">Its name.</param>
internal sealed record Trial(string Candidate)
{
    /// <summary>Median seconds of a pass forward; 0 if it was not measured.</summary>
    public double Forward { get; init; }

    /// <summary>Median seconds of a pass backward; 0 if it was not measured, or there is none.</summary>
    public double Backward { get; init; }

    /// <summary>Whether it was given up before its time was known well, being clearly slower than the best.</summary>
    public bool IsAbandoned { get; init; }

    /// <summary>Why it cannot be used; empty if it can.</summary>
    public string Failure { get; init; } = "";

    /// <summary>Seconds of the passes it was measured for.</summary>
    public double Seconds => Forward + Backward;

    /// <summary>Whether its time may be compared.</summary>
    public bool IsMeasured => Failure.Length == 0 && !IsAbandoned;
}
