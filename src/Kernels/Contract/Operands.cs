namespace GpuNet.Kernels;

/// <summary>
/// The tensors of one node: what its launcher reads and writes. A gradient is called as its tensor with a <c>d</c> before it.
/// The plan fills it once; only <see cref="Seed"/> changes from step to step.
/// </summary>
public sealed class Operands
{
    /// <summary>Inputs, in the operator's order.</summary>
    public Tensor[] Inputs { get; init; } = [];

    /// <summary>Parameters, in the order of <see cref="Operator.Parameters"/>.</summary>
    public Tensor[] Parameters { get; init; } = [];

    /// <summary>What forward leaves for backward, in the order of <see cref="Operator.Saved"/>; empty where no backward follows.</summary>
    public Tensor[] Saved { get; init; } = [];

    /// <summary>The output.</summary>
    public Tensor Output { get; init; }

    /// <summary>Scratch memory of <see cref="Launcher.WorkspaceElements"/>.</summary>
    public Tensor Workspace { get; init; }

    /// <summary>What <see cref="Launcher.Prepare"/> made of the parameters, of <see cref="Launcher.PreparedElements"/>.</summary>
    public Tensor Prepared { get; init; }

    /// <summary>Gradients of the inputs.</summary>
    public Gradient[] DInputs { get; init; } = [];

    /// <summary>
    /// Gradients of the parameters, always added to; <see cref="Tensor.None"/> for one that is not trained, or frozen by the plan.
    /// </summary>
    public Tensor[] DParameters { get; init; } = [];

    /// <summary>Gradient of the output.</summary>
    public Tensor DOutput { get; init; }

    /// <summary>Whether this is a training step, with batch statistics and dropout. Backward may follow either way.</summary>
    public bool Training { get; init; }

    /// <summary>
    /// Random seed of this node in this step; forward and backward of a step see the same one. A launcher that reads it says so
    /// (<see cref="Launcher.UsesSeed"/>).
    /// </summary>
    public uint Seed { get; set; }

    /// <summary>The first input.</summary>
    public Tensor Input => Inputs[0];

    /// <summary>Gradient of the first input.</summary>
    public Gradient DInput => DInputs.Length == 0 ? Gradient.None : DInputs[0];
}

/// <summary>The gradient of one input: where it goes, and how.</summary>
/// <param name="Tensor">Memory of the input's shape.</param>
/// <param name="Mode">Set, add or nothing.</param>
public readonly record struct Gradient(Tensor Tensor, GradientMode Mode)
{
    /// <summary>The gradient nobody needs.</summary>
    public static Gradient None => default;

    /// <summary>Whether the gradient is asked for.</summary>
    public bool IsWanted => Mode != GradientMode.None;

    /// <summary>Whether to add to what is there.</summary>
    public bool Adds => Mode == GradientMode.Add;

    /// <summary>1 to add, 0 to set: the form kernels take.</summary>
    public int AddFlag => Adds ? 1 : 0;
}

/// <summary>Whether an operator writes the gradient of an input, adds to it, or leaves it.</summary>
public enum GradientMode
{
    /// <summary>Nobody needs it.</summary>
    None,

    /// <summary>The first writer sets it.</summary>
    Set,

    /// <summary>Every later writer adds to it.</summary>
    Add,
}
