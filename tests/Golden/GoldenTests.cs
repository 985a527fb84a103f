using System.Text.Json;
using GpuNet.Kernels;
using NUnit.Framework;

namespace GpuNet.Tests.Golden;

/// <summary>
/// Operators and compositions against PyTorch, through the builder and a plan: outputs, gradients of inputs and of every parameter,
/// running statistics.
/// </summary>
[TestFixture, Parallelizable]
internal sealed class GoldenTests
{
    private static readonly string[] Devices = ["cpu", "simulator 4x16"];

    [Test]
    public void Convolution_matches([ValueSource(nameof(ConvolutionCases))] string name, [ValueSource(nameof(Devices))] string device) =>
        Run("convolution", name, device, Conv);

    [Test]
    public void Depthwise_matches([ValueSource(nameof(DepthwiseCases))] string name, [ValueSource(nameof(Devices))] string device) =>
        Run("depthwise", name, device, Conv);

    [Test]
    public void Batch_norm_matches([ValueSource(nameof(BatchNormCases))] string name, [ValueSource(nameof(Devices))] string device) =>
        Run("batchnorm", name, device, (input, s) =>
        {
            var net = new NetworkBuilder(input)
            {
                NormEpsilon = s.GetProperty("eps").GetSingle(),
                NormMomentum = s.GetProperty("momentum").GetSingle(),
            };
            net.Output(net.BatchNorm("layer", net.Input, Kind(s.GetProperty("activation").GetString()!)));
            return net;
        });

    [Test]
    public void Activation_matches([ValueSource(nameof(ActivationCases))] string name, [ValueSource(nameof(Devices))] string device) =>
        Run("activations", name, device, (input, s) =>
        {
            var net = new NetworkBuilder(input);
            net.Output(net.Activation("layer", net.Input, Kind(s.GetProperty("activation").GetString()!)));
            return net;
        });

    [Test]
    public void Squeeze_excite_matches(
        [ValueSource(nameof(SqueezeExciteCases))] string name, [ValueSource(nameof(Devices))] string device) =>
        Run("squeeze_excite", name, device, (input, s) =>
        {
            var net = new NetworkBuilder(input);
            net.Output(net.SqueezeExcite("layer", net.Input, s.GetProperty("squeeze").GetInt32(),
                Kind(s.GetProperty("activation").GetString()!), Kind(s.GetProperty("gate").GetString()!)));
            return net;
        });

    [Test]
    public void Self_attention_matches([ValueSource(nameof(AttentionCases))] string name, [ValueSource(nameof(Devices))] string device) =>
        Run("attention", name, device, (input, s) =>
        {
            var net = new NetworkBuilder(input);
            net.Output(net.SelfAttention("layer", net.Input, s.GetProperty("heads").GetInt32()));
            return net;
        });

    [Test]
    public void Pool_and_linear_match(
        [Values("global_average_pool", "global_average_pool_one_pixel", "global_average_pool_channels17", "linear", "linear_one_row",
            "linear_one_output", "linear_no_bias")] string name,
        [ValueSource(nameof(Devices))] string device) =>
        Run("pool_linear", name, device, (input, s) =>
        {
            var net = new NetworkBuilder(input);
            net.Output(name.StartsWith("linear", StringComparison.Ordinal)
                ? net.Linear("layer", net.Input, name == "linear_one_output" ? 1 : Outputs(name), Initializer.Zeros,
                bias: name != "linear_no_bias")
                : net.GlobalAveragePool("layer", net.Input));
            return net;
        });

    [Test]
    public void Cross_entropy_matches(
        [ValueSource(nameof(CrossEntropyCases))] string name, [ValueSource(nameof(Devices))] string deviceName)
    {
        using var golden = new GoldenFile("cross_entropy");
        JsonElement settings = golden.Settings(name);
        float smoothing = settings.GetProperty("label_smoothing").GetSingle();
        int? ignored = settings.TryGetProperty("ignore_index", out JsonElement index) ? index.GetInt32() : null;
        var net = new NetworkBuilder(golden.MapShape(name + ".input"));
        Value Labels(string of) => net.Graph.Input(of, net.Input.Shape with { C = 1 }, ElementType.Int32);
        net.Graph.MarkOutput("loss", golden.Has(name + ".share")
            ? net.MixedCrossEntropy("loss", net.Input, (Labels("labels"), Labels("labels2")),
                net.Graph.Input("share", new Shape(net.Input.Shape.N, 1, 1, 1)), smoothing)
            : net.CrossEntropy("loss", net.Input, Labels("labels"), smoothing, ignored));
        using var parameters = new ParameterStore(net.Graph, TestDevices.Get(deviceName), withGradients: true);
        using var plan = new Plan(net.Graph, parameters, PlanMode.Training, net.Input);
        plan.Input("input").Upload(golden.Map(name + ".input"));
        foreach (string labels in net.Graph.Inputs.Keys.Where(k => k.StartsWith("labels", StringComparison.Ordinal)))
            plan.Input(labels).Upload(golden.Integers($"{name}.{labels}").Select(l => (int)l).ToArray());
        if (golden.Has(name + ".share"))
            plan.Input("share").Upload(golden.Floats(name + ".share"));
        plan.Forward();
        plan.Backward();
        Near(plan.Output("loss").ToArray(), golden.Floats(name + ".output"), "loss");
        Near(plan.Gradient(net.Input).ToArray(), golden.Map(name + ".d_input"), "d_input");
    }

    [Test]
    public void Elementwise_loss_matches(
        [ValueSource(nameof(ElementwiseLossCases))] string name, [ValueSource(nameof(Devices))] string deviceName)
    {
        using var golden = new GoldenFile("elementwise_loss");
        JsonElement settings = golden.Settings(name);
        var net = new NetworkBuilder(golden.MapShape(name + ".input"));
        Value target = net.Graph.Input("target", net.Input.Shape);
        Value? weights = golden.Has(name + ".weights") ? net.Graph.Input("weights", net.Input.Shape) : null;
        net.Graph.MarkOutput("loss", net.ElementwiseLoss("loss", net.Input, target,
            Enum.Parse<LossKind>(settings.GetProperty("kind").GetString()!), settings.GetProperty("delta").GetSingle(), weights));
        using var parameters = new ParameterStore(net.Graph, TestDevices.Get(deviceName), withGradients: true);
        using var plan = new Plan(net.Graph, parameters, PlanMode.Training, net.Input);
        foreach (string input in net.Graph.Inputs.Keys)
            plan.Input(input).Upload(golden.Map($"{name}.{input}"));
        plan.Forward();
        plan.Backward();
        Near(plan.Output("loss").ToArray(), golden.Floats(name + ".output"), "loss");
        Near(plan.Gradient(net.Input).ToArray(), golden.Map(name + ".d_input"), "d_input");
    }

    [Test]
    public void Concat_and_sums_match(
        [Values("concat", "add", "weighted_sum")] string name, [ValueSource(nameof(Devices))] string deviceName)
    {
        using var golden = new GoldenFile("pool_linear");
        var graph = new Graph();
        Value[] inputs = [.. Enumerable.Range(0, 3).Select(i => $"{name}.input_{i}").Where(golden.Has)
            .Select(t => graph.Input(t, golden.MapShape(t)))];
        graph.MarkOutput("output", name == "add"
            ? graph.Add("layer", new Add(inputs[0].Shape), inputs)
            : name == "weighted_sum" ? graph.Add("layer", new WeightedSum(inputs[0].Shape, [0.5f, -2, 1]), inputs)
            : graph.Add("layer", new Concat([.. inputs.Select(i => i.Shape)]), inputs));
        using var parameters = new ParameterStore(graph, TestDevices.Get(deviceName), withGradients: true);
        using var plan = new Plan(graph, parameters, PlanMode.Training, inputs);
        foreach (string input in graph.Inputs.Keys)
            plan.Input(input).Upload(golden.Map(input));
        plan.Forward();
        plan.Gradient(graph.Output("output")).Upload(golden.Map(name + ".d_output"));
        plan.Backward();
        Near(plan.Output("output").ToArray(), golden.Map(name + ".output"), "output");
        for (int i = 0; i < inputs.Length; i++)
            Near(plan.Gradient(inputs[i]).ToArray(), golden.Map($"{name}.d_input_{i}"), $"d_input_{i}");
    }

    private static IEnumerable<string> ConvolutionCases() => GoldenFile.CasesOf("convolution");

    private static IEnumerable<string> DepthwiseCases() => GoldenFile.CasesOf("depthwise");

    private static IEnumerable<string> BatchNormCases() => GoldenFile.CasesOf("batchnorm");

    private static IEnumerable<string> ActivationCases() => GoldenFile.CasesOf("activations");

    private static IEnumerable<string> SqueezeExciteCases() => GoldenFile.CasesOf("squeeze_excite");

    private static IEnumerable<string> AttentionCases() => GoldenFile.CasesOf("attention");

    private static IEnumerable<string> CrossEntropyCases() => GoldenFile.CasesOf("cross_entropy");

    private static IEnumerable<string> ElementwiseLossCases() => GoldenFile.CasesOf("elementwise_loss");

    private static int Outputs(string linearCase)
    {
        using var golden = new GoldenFile("pool_linear");
        return golden.MapShape(linearCase + ".output").C;
    }

    private static ActivationKind Kind(string name) => name switch
    {
        "none" => ActivationKind.Identity,
        "gelu_erf" => ActivationKind.Gelu,
        "gelu_tanh" => ActivationKind.GeluTanh,
        _ => Enum.Parse<ActivationKind>(name, ignoreCase: true),
    };

    private static NetworkBuilder Conv(Shape input, JsonElement s)
    {
        int[] Pair(string name) => [.. s.GetProperty(name).EnumerateArray().Select(e => e.GetInt32())];
        int[] kernel = Pair("kernel"), stride = Pair("stride"), dilation = Pair("dilation"), padding = Pair("padding");
        var window = new Window
        {
            KernelH = kernel[0],
            KernelW = kernel[1],
            StrideH = stride[0],
            StrideW = stride[1],
            DilationH = dilation[0],
            DilationW = dilation[1],
            Top = padding[0],
            Bottom = padding[1],
            Left = padding[2],
            Right = padding[3],
        };
        bool same = s.GetProperty("same").GetBoolean();
        if (same)
            Assert.That(window.Same(input.H, input.W), Is.EqualTo(window), "SAME padding");
        var net = new NetworkBuilder(input) { SamePadding = same };
        net.Output(net.Conv("layer", net.Input, s.GetProperty("channels").GetInt32(), window, s.GetProperty("groups").GetInt32(),
            s.GetProperty("bias").GetBoolean()));
        return net;
    }

    private static void Run(string file, string name, string deviceName, Func<Shape, JsonElement, NetworkBuilder> build)
    {
        using var golden = new GoldenFile(file);
        Shape inputShape = golden.MapShape(name + ".input");
        JsonElement settings = WithChannels(golden, name);
        NetworkBuilder net = build(inputShape, settings);
        using var parameters = new ParameterStore(net.Graph, TestDevices.Get(deviceName), withGradients: true);
        foreach (string parameter in parameters.Names)
        {
            ParameterSpec spec = parameters.Spec(parameter);
            parameters[parameter]
                .Upload(TensorLayout.FromFile(spec, golden.Floats($"{name}.{PyTorchName(parameter)}"), TensorLayout.FileShape(spec)));
        }
        bool training = !settings.TryGetProperty("training", out JsonElement mode) || mode.GetBoolean();
        using var plan = new Plan(net.Graph, parameters, training ? PlanMode.Training : PlanMode.Gradients, net.Input);
        plan.Input("input").Upload(golden.Map(name + ".input"));
        plan.Forward();
        plan.Gradient(net.Graph.Output("output")).Upload(golden.Map(name + ".d_output"));
        plan.Backward();
        Near(plan.Output("output").ToArray(), golden.Map(name + ".output"), "output");
        Near(plan.Gradient(net.Input).ToArray(), golden.Map(name + ".d_input"), "d_input");
        foreach (string parameter in parameters.Names)
        {
            ParameterSpec spec = parameters.Spec(parameter);
            string expected = spec.IsTrained ? $"{name}.d_{PyTorchName(parameter)}" : $"{name}.{PyTorchName(parameter)}_after";
            float[] actual = (spec.IsTrained ? parameters.Gradient(parameter) : parameters[parameter]).ToArray();
            if (spec.IsTrained || training)
                Near(TensorLayout.ToFile(spec, actual), golden.Floats(expected), expected);
        }
    }

    // The settings, with the number of output channels added.
    private static JsonElement WithChannels(GoldenFile golden, string name)
    {
        Dictionary<string, JsonElement> all = golden.Settings(name).EnumerateObject().ToDictionary(p => p.Name, p => p.Value);
        all["channels"] = JsonSerializer.SerializeToElement(golden.MapShape(name + ".output").C);
        return JsonSerializer.SerializeToElement(all);
    }

    private static string PyTorchName(string parameter) => parameter switch
    {
        "layer.qkv.weight" => "in_proj_weight",
        "layer.qkv.bias" => "in_proj_bias",
        "layer.proj.weight" => "out_proj.weight",
        "layer.proj.bias" => "out_proj.bias",
        _ => parameter["layer.".Length..],
    };

    private static void Near(float[] actual, float[] expected, string what)
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length), what);
        double scale = Math.Max(1, expected.Max(MathF.Abs));
        for (int i = 0; i < actual.Length; i++)
            Assert.That(actual[i], Is.EqualTo(expected[i]).Within(2e-5 * scale), $"{what} element {i}");
    }
}
