using GpuNet.Kernels;

namespace GpuNet.Bench.Operators;

/// <summary>An operator at the extents a network has, in one direction.</summary>
/// <param name="Operator">The operator.</param>
/// <param name="Direction">The direction.</param>
/// <param name="Uses">How often a pass of each network runs it.</param>
internal sealed record OperatorProblem(Operator Operator, Direction Direction, IReadOnlyDictionary<string, int> Uses)
{
    /// <summary>Whether there is what a training step has besides: saved values and gradients.</summary>
    public bool Training => Direction != Direction.Inference;

    /// <summary>Floating-point operations; backward's are twice forward's.</summary>
    public double Flops => Operator.Flops * (Direction == Direction.Backward ? 2.0 : 1.0);

    /// <summary>
    /// Bytes that must be moved. Forward: inputs and parameters read, output and what is saved written. Backward: inputs, what was saved
    /// and the output's gradient read, the inputs' gradients written, parameters read and their gradients added to.
    /// </summary>
    public double Bytes => Direction switch
    {
        Direction.Inference => Operator.Bytes,
        Direction.Forward => Operator.Bytes + Operator.Saved.Sum(s => s.Bytes),
        _ => Operator.BackwardBytes,
    };

    /// <summary>The distinct operators of the networks' passes as a plan runs them on a device.</summary>
    public static IReadOnlyList<OperatorProblem> Of(Direction direction, Subject subject, Device device)
    {
        PlanMode mode = direction == Direction.Inference ? PlanMode.Inference : PlanMode.Training;
        int batch = subject.BatchOn(device);
        return
        [
            .. subject.Models
                .SelectMany(m => Plan.Rewrite(mode == PlanMode.Training
                ? m.BuildWithLoss(batch) : m.Build(batch), mode, device).Nodes.Select(n => (Model: m.Name, n.Operator)))
                // By what they compute: how their parameters are drawn does not matter.
                .GroupBy(n => n.Operator.ToString())
                .Select(g => new OperatorProblem(
                    g.First().Operator, direction, g.GroupBy(n => n.Model).ToDictionary(m => m.Key, m => m.Count()))),
        ];
    }
}

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
