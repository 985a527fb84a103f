namespace GpuNet.Network;

/// <summary>What a plan is built to do.</summary>
public enum PlanMode
{
    /// <summary>
    /// Forward only, with running statistics and without dropout; operators are fused (<see cref="InferencePasses"/>), and memory is
    /// reused as soon as it is free.
    /// </summary>
    Inference,

    /// <summary>Forward as at inference, and backward.</summary>
    Gradients,

    /// <summary>Forward with batch statistics and dropout, and backward.</summary>
    Training,
}
