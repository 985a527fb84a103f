using System.CommandLine;
using System.Globalization;
using GpuNet.Kernels;

namespace GpuNet.Cli;

/// <summary><c>gpunet run</c>: tensors in, tensors out, and gradients too, in PyTorch's names and order.</summary>
internal static class RunCommand
{
    private const string InputName = "input";
    private const string InputNhwcName = "input_nhwc";
    private const string LabelsName = "labels";

    public static Command Create(Terminal terminal)
    {
        Option<string> model = OptionKinds.OneOf("--model", "Network", ModelOptions.Names);
        model.Required = true;
        Option<string> weights = OptionKinds.Required("--weights", "Its parameters", "W.safetensors");
        Option<string> input =
            OptionKinds.Required("--input", $"Images: {InputName} [N, C, H, W] or {InputNhwcName} [N, H, W, C]", "X.safetensors");
        Option<string> output = OptionKinds.Required("--output", "Receives output [N, K] and, with labels, loss [1]", "Y.safetensors");
        Option<string> labels =
            OptionKinds.Text("--labels", "Classes: labels [N], int64; adds the mean cross-entropy to the output", "L.safetensors");
        Option<string> gradients = OptionKinds.Text(
            "--gradients", "Receives the loss's gradients: of every parameter under its name, and of the images as input [N, C, H, W]",
            "G.safetensors");
        Option<int?> classes = OptionKinds.Whole("--classes", "Classes; by default those of the weights' classifier", 2);
        Option<bool> train = OptionKinds.Flag(
            "--train", "Compute as in training: batch norm with the statistics of the batch; dropout where its rates are given");
        Option<int?> seed = OptionKinds.Whole("--seed", "Seed of dropout (default: 0)", 0);
        var command = new Command("run", "Run a network on tensors")
        {
            model, weights, input, output, labels, gradients, classes, train, seed,
        };
        var options = new ModelOptions(command, training: true);
        var profiling = new ProfileOption(command);
        var place = new PlaceOptions(command, terminal);
        command.SetAction(parse =>
        {
            string? labelsPath = parse.GetValue(labels), gradientsPath = parse.GetValue(gradients);
            if (gradientsPath is not null && labelsPath is null)
                throw new UsageException("--gradients are those of the loss, which needs --labels.");
            string? trace = profiling.Path(parse, Path.GetDirectoryName(parse.GetRequiredValue(output)) ?? "");
            RequireDistinct([parse.GetRequiredValue(output), gradientsPath, trace], parse.GetRequiredValue(input),
                parse.GetRequiredValue(weights), labelsPath);
            (Shape shape, float[] images) = ReadImages(parse.GetRequiredValue(input));
            ModelSpec spec = options.Apply(parse, new ModelSpec(parse.GetRequiredValue(model))
            {
                ImageHeight = shape.H,
                ImageWidth = shape.W,
                ImageChannels = shape.C,
                // Comparable with other programs unless a rate is asked for.
                Dropout = 0,
                StochasticDepth = 0,
            });
            spec = spec with { Classes = parse.GetValue(classes) ?? DeduceClasses(spec, parse.GetRequiredValue(weights)) };
            int[]? classOf = labelsPath is null ? null : ReadLabels(labelsPath, shape.N, spec.Classes.Count);
            PlanMode mode = parse.GetValue(train) ? PlanMode.Training : gradientsPath is null ? PlanMode.Inference : PlanMode.Gradients;
            using Device device = place.Open(parse);
            Graph graph = classOf is null ? spec.Build(shape.N) : spec.BuildWithLoss(shape.N);
            using var parameters = new ParameterStore(graph, device, mode != PlanMode.Inference);
            WeightsFile.Load(parameters, parse.GetRequiredValue(weights));
            Value[] wanted = gradientsPath is null ? [] : [graph.Inputs[InputName]];
            using var plan = new Plan(graph, parameters, mode, wanted);
            plan.Input(InputName).Upload(images, parse.GetRequiredValue(input));
            if (classOf is not null)
                plan.Input(LabelsName).Upload(classOf, labelsPath!);
            plan.Forward((uint)(parse.GetValue(seed) ?? 0));
            string result = WriteOutput(parse.GetRequiredValue(output), plan);
            if (gradientsPath is not null)
                WriteGradients(gradientsPath, plan, graph.Inputs[InputName]);
            terminal.Line(result);
            if (trace is not null)
                TakeProfile(terminal, new Profile(device, trace), plan, images, seed: (uint)(parse.GetValue(seed) ?? 0));
            return ExitCodes.Done;
        });
        return command;
    }

    // Once the results are written: more passes over the same images.
    private static void TakeProfile(Terminal terminal, Profile profile, Plan plan, float[] images, uint seed)
    {
        Tensor input = plan.Input(InputName), output = plan.Output("output");
        var logits = new float[output.Shape.Elements];
        profile.Repeat(p => plan.Profiler = p, () =>
        {
            using (Profiler.Measure(plan.Profiler, "upload"))
                input.Upload(images);
            plan.Forward(seed);
            if (plan.GradientRoot is not null)
                plan.Backward();
            using (Profiler.Measure(plan.Profiler, "download"))
                output.Download(logits);
        });
        profile.Save();
        profile.Print(terminal);
    }

    // Results are written after everything was read, and would silently take the place of what they came from.
    private static void RequireDistinct(string?[] outputs, params string?[] inputs)
    {
        string[] written = [.. outputs.OfType<string>().Select(Path.GetFullPath)];
        string[] read = [.. inputs.OfType<string>().Select(Path.GetFullPath)];
        string? clash = written.FirstOrDefault(w => read.Contains(w)) ?? (written.Distinct().Count() < written.Length ? written[0] : null);
        if (clash is not null)
            throw new UsageException($"{clash}: --output, --gradients and --profile are files of their own.");
    }

    private static (Shape Shape, float[] Images) ReadImages(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Read(path);
        bool channelsLast = !file.TryFind(InputName, out SafetensorsTensor? tensor);
        if (channelsLast && !file.TryFind(InputNhwcName, out tensor))
            throw new GpuNetException($"{path}: expected a tensor {InputName} [N, C, H, W] or {InputNhwcName} [N, H, W, C], got neither.");
        if (tensor!.Shape.Length != 4 || tensor.Shape.Any(e => e is < 1 or > int.MaxValue))
        {
            throw new GpuNetException(
                $"{path}: tensor {tensor.Name}: expected four extents of at least 1, got [{string.Join(", ", tensor.Shape)}].");
        }
        int[] e = [.. tensor.Shape.Select(x => (int)x)];
        var shape = channelsLast ? new Shape(e[0], e[1], e[2], e[3]) : new Shape(e[0], e[2], e[3], e[1]);
        float[] values = file.ReadFloats(tensor.Name);
        if (channelsLast)
            return (shape, values);
        var images = new float[values.Length];
        TensorLayout.ToChannelsLast(values, shape, images);
        return (shape, images);
    }

    /// <summary>Rows of the last matrix of the network, as the file has it.</summary>
    private static int DeduceClasses(ModelSpec spec, string path)
    {
        Graph graph = spec.Build(1);
        string name = graph.Nodes.SelectMany(n => n.Parameters).Last(p => p.Spec.Kind == ParameterKind.Matrix).Name;
        using SafetensorsFile file = SafetensorsFile.Read(path);
        if (!file.TryFind(name, out SafetensorsTensor? tensor) || tensor.Shape.Length < 2 || tensor.Shape[0] > int.MaxValue)
        {
            throw new GpuNetException(
                $"{path}: expected a classifier {name} [classes, channels], which says how many classes there are; got none.");
        }
        return (int)tensor.Shape[0];
    }

    private static int[] ReadLabels(string path, int count, int classes)
    {
        using SafetensorsFile file = SafetensorsFile.Read(path);
        long[] values = file.ReadIntegers(LabelsName);
        if (values.Length != count)
            throw new GpuNetException($"{path}: expected a label for each of the {count} images, got {values.Length}.");
        int[] labels = [.. values.Select(v => (int)Math.Clamp(v, -1, int.MaxValue))];
        int bad = Array.FindIndex(labels, l => (uint)l >= (uint)classes);
        if (bad >= 0)
            throw new GpuNetException($"{path}: label of image {bad}: expected 0 to {classes - 1}, got {values[bad]}.");
        return labels;
    }

    private static string WriteOutput(string path, Plan plan)
    {
        var writer = new SafetensorsWriter();
        Tensor logits = plan.Output("output");
        writer.Add("output", [logits.Shape.N, logits.Shape.C], logits.ToArray());
        string result = $"output [{logits.Shape.N}, {logits.Shape.C}]";
        if (plan.Graph.Outputs.ContainsKey("loss"))
        {
            float[] loss = plan.Output("loss").ToArray();
            writer.Add("loss", [1], loss);
            result += string.Create(CultureInfo.InvariantCulture, $", loss {loss[0]:G6}");
        }
        writer.Save(path);
        return $"{result} in {path}";
    }

    private static void WriteGradients(string path, Plan plan, Value input)
    {
        plan.Parameters.ClearGradients();
        plan.Backward();
        Shape shape = input.Shape;
        float[] last = plan.Gradient(input).ToArray(), first = new float[last.Length];
        TensorLayout.ToChannelsFirst(last, shape, first);
        WeightsFile.SaveGradients(plan.Parameters, path, (InputName, [shape.N, shape.C, shape.H, shape.W], first));
    }
}
