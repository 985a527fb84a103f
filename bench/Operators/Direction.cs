namespace GpuNet.Bench.Operators;

/// <summary>What an operator is measured at.</summary>
internal enum Direction
{
    /// <summary>Forward as inference runs it, with what passes have fused into it.</summary>
    Inference,

    /// <summary>Forward in a training step, with what backward needs.</summary>
    Forward,

    /// <summary>Backward in a training step, with all gradients.</summary>
    Backward,
}
