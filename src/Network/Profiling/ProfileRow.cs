using GpuNet.Kernels;

namespace GpuNet;

/// <summary>What a profiler has seen of one thing: an operator in one direction, or something that is none.</summary>
/// <param name="Name">The operator as it describes itself, or what else was timed.</param>
/// <param name="Pass"><c>inference</c>, <c>forward</c> or <c>backward</c>; empty for what is no operator.</param>
/// <param name="Candidate">The candidate that ran; empty for what is no operator.</param>
/// <param name="Operator">The operator, if it is one.</param>
public sealed record ProfileRow(string Name, string Pass, string Candidate, Operator? Operator)
{
    /// <summary>How often it ran.</summary>
    public int Calls { get; internal set; }

    /// <summary>Seconds of all calls.</summary>
    public double Seconds { get; internal set; }

    /// <summary>Mean seconds of a call.</summary>
    public double Mean => Calls > 0 ? Seconds / Calls : 0;

    /// <summary>Floating-point operations of a call. Backward counts twice forward's.</summary>
    public double Flops => Operator is { } op ? op.Flops * (Pass == Profiler.Backward ? 2.0 : 1.0) : 0;

    /// <summary>Bytes a call must move, with those that forward leaves for backward.</summary>
    public double Bytes => (Operator, Pass) switch
    {
        (null, _) => 0,
        ({ } op, Profiler.Backward) => op.BackwardBytes,
        ({ } op, Profiler.Forward) => op.Bytes + op.Saved.Sum(s => s.Bytes),
        ({ } op, _) => op.Bytes,
    };
}
