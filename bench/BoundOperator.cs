using GpuNet.Kernels;

namespace GpuNet.Bench;

/// <summary>An operator with the candidate a plan would bind, and operands for it that lie out of cache.</summary>
internal sealed class BoundOperator : IDisposable
{
    private readonly Device device;
    private readonly Launcher launcher;
    private readonly OperandRotation rotation;

    /// <summary>Binds an operator and lays its operands.</summary>
    /// <param name="op">The operator.</param>
    /// <param name="device">Where it runs.</param>
    /// <param name="training">Whether backward will run too.</param>
    public BoundOperator(Operator op, Device device, bool training)
    {
        this.device = device;
        launcher = op.Bind(device, training ? DirectionSet.Both : DirectionSet.Forward);
        rotation = new OperandRotation(op, device, training, launcher);
        rotation.Prepare(launcher);
        for (int i = 0; i < rotation.Count; i++)
            launcher.Forward(rotation[i]);
    }

    public void Forward()
    {
        launcher.Forward(rotation.Next());
        device.Synchronize();
    }

    public void Backward()
    {
        launcher.Backward(rotation.Next());
        device.Synchronize();
    }

    public void Dispose() => rotation.Dispose();
}
