namespace GpuNet.Kernels;

/// <summary>How one candidate did when it was measured.</summary>
/// <param name="Candidate">Its name.</param>
public sealed record Trial(string Candidate)
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
