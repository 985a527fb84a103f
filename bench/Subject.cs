using System.Globalization;
using GpuNet.Kernels;
using GpuNet.Network;

namespace GpuNet.Bench;

/// <summary>
/// What the benchmarks run, from the environment: GPUNET_DEVICE (default cpu), GPUNET_THREADS (every core), GPUNET_MODEL (mobilenetv2),
/// GPUNET_WIDTH (1), GPUNET_SIZE (the model's own), GPUNET_CLASSES (1000), GPUNET_BATCH (1).
/// </summary>
internal static class Subject
{
    public static int Batch => Whole("BATCH", 1);

    public static ModelSpec Model
    {
        get
        {
            ModelEntry entry = ModelCatalog.Find(Text("MODEL") ?? "mobilenetv2");
            int size = Whole("SIZE", entry.ImageSize);
            return new ModelSpec(entry.Name)
            {
                ImageHeight = size,
                ImageWidth = size,
                Classes = Whole("CLASSES", 1000),
                Width = float.Parse(Text("WIDTH") ?? "1", CultureInfo.InvariantCulture),
            };
        }
    }

    private static readonly Lazy<IReadOnlyList<Operator>> inference = new(() => Distinct(PlanMode.Inference));
    private static readonly Lazy<IReadOnlyList<Operator>> training = new(() => Distinct(PlanMode.Training));

    /// <summary>The distinct operators of a pass forward, as a plan runs it.</summary>
    public static IReadOnlyList<Operator> InferenceOperators => inference.Value;

    /// <summary>The distinct operators of a training step, as a plan runs it.</summary>
    public static IReadOnlyList<Operator> TrainingOperators => training.Value;

    /// <summary>What is wrong with the environment, in one line; null if nothing is.</summary>
    public static string? Mistake()
    {
        try
        {
            _ = Model.Build(Batch);
            using Device device = OpenDevice();
            return null;
        }
        catch (Exception e) when (e is GpuNetException or FormatException or OverflowException)
        {
            return $"GPUNET_...: {e.Message}";
        }
    }

    /// <summary>The operator that describes itself so.</summary>
    public static Operator Find(IEnumerable<Operator> operators, string problem) => operators.First(o => o.ToString() == problem);

    public static Device OpenDevice() => Device.Open(Text("DEVICE") ?? "cpu", new DeviceOptions { Threads = Whole("THREADS", 0) });

    private static Operator[] Distinct(PlanMode mode)
    {
        bool training = mode == PlanMode.Training;
        using Device device = OpenDevice();
        Graph graph = training ? Model.BuildWithLoss(Batch) : Model.Build(Batch);
        using var parameters = new ParameterStore(graph, device, withGradients: training);
        using var plan = new Plan(graph, parameters, mode);
        return [.. plan.RunGraph.Nodes.Select(n => n.Operator).Distinct()];
    }

    private static int Whole(string name, int otherwise) => Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    private static string? Text(string name) => Environment.GetEnvironmentVariable("GPUNET_" + name);
}
