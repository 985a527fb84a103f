using GpuNet.Kernels;

namespace GpuNet.Network;

public sealed partial class Plan
{
    /// <summary>
    /// Times every operator while it is set; null as a rule. A profiled pass waits for the device between operators, and launches them one
    /// by one.
    /// </summary>
    public Profiler? Profiler { get; set; }

    private void ProfileForward(Profiler profiler)
    {
        for (int i = 0; i < forward.Length; i++)
        {
            (Launcher launcher, Operands operands) = (forward[i].Launcher, forward[i].Operands);
            long start = profiler.Start();
            launcher.Forward(operands);
            profiler.Stop(start, RunGraph.Nodes[i], Mode == PlanMode.Inference ? Profiler.Inference : Profiler.Forward, launcher.Candidate);
        }
    }

    // As the list of backward has it: the nodes in reverse, without those whose gradients nobody wants.
    private void ProfileBackward(Profiler profiler)
    {
        for (int i = forward.Length - 1; i >= 0; i--)
        {
            (Launcher launcher, Operands operands) = (forward[i].Launcher, forward[i].Operands);
            if (operands.DOutput.IsNone)
                continue;
            long start = profiler.Start();
            launcher.Backward(operands);
            profiler.Stop(start, RunGraph.Nodes[i], Profiler.Backward, launcher.Candidate);
        }
    }
}
