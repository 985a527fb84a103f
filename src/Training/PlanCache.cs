namespace GpuNet;

/// <summary>Inference plans of one network by batch size and outputs, the ones used last, within a limit of bytes.</summary>
/// <param name="parameters">The network's parameters.</param>
/// <param name="build">Builds its graph for a batch size, with these outputs.</param>
internal sealed class PlanCache(ParameterStore parameters, Func<int, string, Graph> build) : IDisposable
{
    // The one used last is the last.
    private readonly List<(int Batch, string Outputs, Plan Plan)> plans = [];

    /// <summary>Most bytes of all plans; the one that was asked for last stays whatever its size.</summary>
    public long Limit { get; set; } = 1L << 30;

    /// <summary>Bytes of all plans.</summary>
    public long Bytes => plans.Sum(p => p.Plan.Bytes);

    /// <summary>The plan for a batch size.</summary>
    /// <param name="batch">Samples of a pass.</param>
    /// <param name="outputs">What <c>build</c> is told beside; empty for the network's own outputs.</param>
    public Plan Get(int batch, string outputs = "")
    {
        int found = plans.FindIndex(p => p.Batch == batch && p.Outputs == outputs);
        Plan plan;
        if (found >= 0)
        {
            plan = plans[found].Plan;
            plans.RemoveAt(found);
        }
        else
        {
            plan = new Plan(build(batch, outputs), parameters, PlanMode.Inference);
        }
        plans.Add((batch, outputs, plan));
        while (plans.Count > 1 && Bytes > Limit)
        {
            plans[0].Plan.Dispose();
            plans.RemoveAt(0);
        }
        return plan;
    }

    public void Dispose()
    {
        plans.ForEach(p => p.Plan.Dispose());
        plans.Clear();
    }
}
