using GpuNet.Kernels;

namespace GpuNet;

/// <summary>
/// An exponential moving average of a network's parameters and running statistics (Tarvainen and Valpola 2017, arXiv:1703.01780), which
/// often classifies better than the last values:
/// <code>
/// average += (1 − d) · (value − average)          d = decay, or min(decay, (1 + t) / (10 + t)) after t updates
/// </code>
/// It begins with the values. Its own values and <see cref="Updates"/> are all there is to it: set both, and it goes on bit for bit.
/// </summary>
public sealed class WeightAverage : IDisposable
{
    private readonly ParameterStore source;
    private readonly AverageStep step;
    private readonly Tensor averages, values;

    /// <summary>Takes memory for the averages and copies the values.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="source">Its parameters, which the average follows.</param>
    /// <param name="decay">Share of the average that an update keeps.</param>
    /// <param name="warmUp">Whether the first updates keep less: min(decay, (1 + t) / (10 + t)).</param>
    /// <exception cref="GpuNetException">
    /// The decay is not from 0 to below 1, the parameters are another network's, or there is not enough memory.
    /// </exception>
    public WeightAverage(Graph graph, ParameterStore source, float decay = 0.9999f, bool warmUp = false)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(source);
        if (decay is not (>= 0 and < 1))
            throw new GpuNetException($"WeightAverage: the decay is from 0 to below 1, got {decay}.");
        (this.source, Decay, WarmUp) = (source, decay, warmUp);
        Parameters = new ParameterStore(graph, source.Device, withGradients: false);
        try
        {
            if (!Parameters.Places.Select(Place).SequenceEqual(source.Places.Select(Place)))
                throw new GpuNetException("WeightAverage: the graph and the parameters are not of the same network.");
            step = AverageStep.Bind(source.Device);
            averages = Parameters.ValueRange(0, Parameters.Bytes);
            values = source.ValueRange(0, source.Bytes);
            averages.Upload(values.ToArray(), "the first average");
        }
        catch
        {
            Parameters.Dispose();
            throw;
        }
    }

    /// <summary>The averages, for plans and files; without gradients.</summary>
    public ParameterStore Parameters { get; }

    /// <summary>Share of the average that an update keeps.</summary>
    public float Decay { get; }

    /// <summary>Whether the first updates keep less.</summary>
    public bool WarmUp { get; }

    /// <summary>Updates done. A run that is resumed sets it, beside the averages.</summary>
    public int Updates { get; set; }

    /// <summary>Moves the averages towards the values as they are now: one pass over memory.</summary>
    public void Update()
    {
        // As written, so that 1 − 0.9999 keeps its digits.
        double decay = (double)(decimal)Decay;
        step.Run(averages, values, WarmUp ? Math.Min(decay, (1.0 + Updates) / (10.0 + Updates)) : decay);
        Updates++;
        Parameters.Changed();
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => Parameters.Dispose();

    private static (string, ParameterSpec, long) Place(ParameterPlace place) => (place.Name, place.Spec, place.Offset);
}
