using System.Diagnostics;
using System.Numerics;
using System.Numerics.Tensors;

namespace GpuNet;

public sealed partial class Model
{
    /// <summary>Most pictures of one pass of <see cref="Predict(IReadOnlyList{Image}, int)"/>.</summary>
    public const int LargestBatch = 32;

    private const char OutputSeparator = '\n';

    /// <summary>Classifies a picture.</summary>
    /// <param name="image">A picture of any size.</param>
    /// <param name="top">How many classes to name.</param>
    /// <returns>The likeliest classes, the likeliest first.</returns>
    /// <exception cref="GpuNetException">The network does not take pictures, or has no output of class scores.</exception>
    public IReadOnlyList<Prediction> Predict(Image image, int top = 5) => Predict([image], top)[0];

    /// <summary>Classifies pictures, up to <see cref="LargestBatch"/> in a pass.</summary>
    /// <param name="images">Pictures of any size.</param>
    /// <param name="top">How many classes to name for each.</param>
    /// <returns>For each picture its likeliest classes, the likeliest first.</returns>
    /// <exception cref="GpuNetException">The network does not take pictures, or has no output of class scores.</exception>
    public IReadOnlyList<IReadOnlyList<Prediction>> Predict(IReadOnlyList<Image> images, int top = 5)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        if (Spec.ImageChannels != 3)
        {
            throw new GpuNetException(
                $"{Spec.Name}: pictures have 3 channels; expected a network for them, got one for {Spec.ImageChannels}.");
        }
        if (!single.Outputs.TryGetValue("output", out Value given) || given.Shape.Elements != Classes.Count)
        {
            throw new GpuNetException($"{Spec.Name}: classifying takes an output 'output' of {Classes.Count} scores; "
                + $"there are {string.Join(", ", single.Outputs.Select(o => $"{o.Key} {o.Value.Shape}"))}.");
        }
        int length = Spec.ImageHeight * Spec.ImageWidth * 3;
        var predictions = new List<IReadOnlyList<Prediction>>(images.Count);
        foreach (Image[] some in images.Chunk(LargestBatch))
        {
            var input = new float[some.Length * length];
            for (int i = 0; i < some.Length; i++)
                Preprocessing.Apply(some[i], input.AsSpan(i * length, length));
            float[] scores = Run(new Dictionary<string, Array> { ["input"] = input }, [])["output"];
            for (int i = 0; i < some.Length; i++)
                predictions.Add(Likeliest(scores.AsSpan(i * Classes.Count, Classes.Count), top));
        }
        return predictions;
    }

    /// <summary>Runs the network on samples that are ready for it.</summary>
    /// <param name="inputs">For each input of the network the samples' values, one after another, channels last: float[] or int[].</param>
    /// <param name="outputs">
    /// Names of what is wanted: outputs of the network, or stages such as <c>features.3</c>, which stand for what the last layer below that
    /// name gives (feature extraction). Without names, all outputs of the network.
    /// </param>
    /// <returns>The samples' values for each name, one after another, channels last.</returns>
    /// <exception cref="GpuNetException">There is no such input or output, or the lengths do not fit.</exception>
    public IReadOnlyDictionary<string, float[]> Run(IReadOnlyDictionary<string, Array> inputs, params IReadOnlyList<string> outputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        long start = Stopwatch.GetTimestamp();
        using Activity? activity = Telemetry.Activities.StartActivity("run model");
        int samples = CountSamples(inputs);
        activity?.SetTag("gpunet.model", Spec.Name).SetTag("gpunet.samples", samples);
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            // The next power of two: few plans serve all counts.
            int batch = (int)BitOperations.RoundUpToPowerOf2((uint)samples);
            Plan plan = plans.Get(batch, string.Join(OutputSeparator, outputs));
            plan.Profiler = Profiler;
            using (Profiler.Measure(Profiler, "upload"))
            {
                foreach ((string name, Array values) in inputs)
                    Upload(plan.Input(name), values, samples, batch, name);
            }
            plan.Forward();
            var results = new Dictionary<string, float[]>();
            using (Profiler.Measure(Profiler, "download"))
            {
                foreach (string name in outputs.Count > 0 ? outputs : plan.Graph.Outputs.Keys)
                    results[name] = plan.Output(name).ToArray()[..(int)(plan.Output(name).Shape.Elements / batch * samples)];
            }
            Telemetry.RecordPass(Spec.Name, samples, start);
            return results;
        }
    }

    private int CountSamples(IReadOnlyDictionary<string, Array> inputs)
    {
        IReadOnlyDictionary<string, Value> wanted = single.Inputs;
        int samples = 0;
        foreach ((string name, Value value) in wanted)
        {
            if (!inputs.TryGetValue(name, out Array? values))
                throw new GpuNetException($"{Spec.Name} takes {string.Join(" and ", wanted.Keys)}; {name} is missing.");
            long length = value.Shape.Elements;
            int count = (int)(values.Length / length);
            if (values.Length == 0 || values.Length % length != 0 || (samples > 0 && count != samples))
            {
                throw new GpuNetException(samples > 0
                    ? $"Input {name}: {samples} samples of {value.Shape} take {samples * length} values, got {values.Length}."
                    : $"Input {name}: a sample of {value.Shape} takes {length} values, got {values.Length}, "
                        + "which is no whole number of them.");
            }
            samples = count;
        }
        return inputs.Keys.FirstOrDefault(n => !wanted.ContainsKey(n)) is { } foreign
            ? throw new GpuNetException($"{Spec.Name} has no input {foreign}; it takes {string.Join(" and ", wanted.Keys)}.") : samples;
    }

    private static void Upload(Tensor tensor, Array values, int samples, int batch, string name)
    {
        int padding = (values.Length / samples * batch) - values.Length;
        if (values is float[] floats)
            tensor.Upload(samples == batch ? floats : [.. floats, .. new float[padding]], name);
        else if (values is int[] integers)
            tensor.Upload(samples == batch ? integers : [.. integers, .. new int[padding]], name);
        else
            throw new GpuNetException($"Input {name}: expected float[] or int[], got {values.GetType().Name}.");
    }

    private static Graph WithOutputs(Graph graph, string outputs)
    {
        string[] names = outputs.Split(OutputSeparator, StringSplitOptions.RemoveEmptyEntries);
        foreach (string name in names.Where(n => !graph.Outputs.ContainsKey(n)))
        {
            Node last = graph.Nodes.LastOrDefault(n => WeightSelection.IsBelow(n.Name, name)) ?? throw new GpuNetException(
                $"The network has no output and no stage '{name}'; stages are names of layers, or what they begin with, "
                + $"such as {graph.Nodes[0].Name}.");
            graph.MarkOutput(name, last.Output);
        }
        return graph;
    }

    // Softmax in double; the order of equal scores is that of the classes.
    private Prediction[] Likeliest(ReadOnlySpan<float> scores, int top)
    {
        var probabilities = new double[scores.Length];
        double max = TensorPrimitives.Max(scores), sum = 0;
        if (!double.IsFinite(max))
        {
            throw new GpuNetException(
                $"{Spec.Name}: a class score is {max}: the model's parameters or the picture's values are not usable.");
        }
        for (int c = 0; c < probabilities.Length; c++)
            sum += probabilities[c] = Math.Exp(scores[c] - max);
        return
        [
            .. Enumerable.Range(0, probabilities.Length).OrderByDescending(c => probabilities[c]).Take(top)
                .Select(c => new Prediction(Classes[c], c, probabilities[c] / sum)),
        ];
    }
}

/// <summary>One answer of a classifier.</summary>
/// <param name="Class">Name of the class.</param>
/// <param name="Index">Its number.</param>
/// <param name="Probability">How likely it is, 0 to 1: the softmax of the scores.</param>
public sealed record Prediction(string Class, int Index, double Probability);
