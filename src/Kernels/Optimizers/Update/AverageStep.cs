namespace GpuNet.Kernels;

/// <summary>A step of an exponential moving average, average += (1 − decay) · (value − average), in one pass on every device.</summary>
internal sealed class AverageStep
{
    private readonly ElementUpdate update;

    private AverageStep(Device device) => update = ElementUpdate.Bind(device, typeof(AverageRule));

    /// <summary>Makes the step for a device.</summary>
    public static AverageStep Bind(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return new AverageStep(device);
    }

    /// <summary>Moves averages towards values.</summary>
    /// <param name="averages">The averages.</param>
    /// <param name="values">As many values; they stay as they are.</param>
    /// <param name="decay">Share of the average that is kept, from 0 to 1.</param>
    /// <exception cref="GpuNetException">The element counts differ.</exception>
    public void Run(Tensor averages, Tensor values, double decay)
    {
        if (values.Shape.Elements != averages.Shape.Elements)
        {
            throw new GpuNetException(
                $"AverageStep: expected as many values as averages, {averages.Shape}, got {values.Shape}.");
        }
        update.Run(averages, values, Tensor.None, Tensor.None, Tensor.None, new UpdateScalars { Taken = (float)(1 - decay) });
    }
}
