namespace GpuNet.Kernels;

/// <summary>
/// A candidate bound to a device and an operator. All choices and checks are made when it is built; its methods allocate nothing.
/// </summary>
public abstract class Launcher
{
    /// <summary>Name of the candidate it was bound from, see <see cref="Operator.Bind(Device, DirectionSet)"/>.</summary>
    public string Candidate { get; internal set; } = "";

    /// <summary>Scratch memory both directions share, in elements; it holds nothing between calls.</summary>
    public virtual long WorkspaceElements => 0;

    /// <summary>Memory, in elements, for what <see cref="Prepare"/> makes of the parameters; it is kept between calls.</summary>
    public virtual long PreparedElements => 0;

    /// <summary>
    /// Whether what a training step launches depends on <see cref="Operands.Seed"/>, which is passed by value: such launches are made
    /// anew in every step, all others may be recorded and repeated. They may depend on nothing else that changes from step to step
    /// but what lies in memory.
    /// </summary>
    public virtual bool UsesSeed => false;

    /// <summary>
    /// Makes of the parameters what forward needs: packed, folded, transposed. Called before a forward pass whose parameters have
    /// changed.
    /// </summary>
    public virtual void Prepare(Operands operands)
    {
    }

    /// <summary>Computes the output, and in training what backward needs.</summary>
    public abstract void Forward(Operands operands);

    /// <summary>
    /// Computes the gradients that are asked for: input gradients are set or added as their mode says, parameter gradients are added
    /// to what is there.
    /// </summary>
    public abstract void Backward(Operands operands);
}
