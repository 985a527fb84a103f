using GpuNet.Kernels;
using NUnit.Framework;

namespace GpuNet.Tests.Network;

/// <summary>Passes that are recorded and repeated give what their launches give one by one.</summary>
[TestFixture]
internal sealed class PlanLaunchesTests
{
    private const int Batch = 2;

    private static readonly DeviceOptions SmallGroups = new() { WarpSize = 2, WarpsPerGroup = 2 };

    [Test]
    public void Recorded_passes_give_the_same_bits()
    {
        using Device device = Device.Open("simulator", SmallGroups);
        float[][] expected = Train(device, 0f, out string list);
        var recorder = new Recorder();
        device.Record(recorder);
        float[][] actual = Train(device, 0f, out string graphs);
        Assert.That(actual, Is.EqualTo(expected));
        Assert.That(list, Is.EqualTo("each way a list of launches (the simulator has no graphs)"));
        Assert.That(graphs, Is.EqualTo("each way one launch"));
        // Forward, backward and evaluation, each recorded at its second pass and repeated from there on.
        Assert.That((recorder.Records, recorder.Launches), Is.EqualTo((3, 6)));
        Assert.That(recorder.Alive, Is.Zero, "graphs go with their plan");
    }

    [Test]
    public void What_a_seed_changes_is_launched_anew()
    {
        using Device device = Device.Open("simulator", SmallGroups);
        float[][] expected = Train(device, 0.5f, out _);
        var recorder = new Recorder();
        device.Record(recorder);
        Assert.That(Train(device, 0.5f, out string mode), Is.EqualTo(expected));
        Assert.That(mode, Is.EqualTo("each way 2 graphs and 1 operator launched with this step's seed"));
        Assert.That((recorder.Records, recorder.Launches), Is.EqualTo((5, 10)));
    }

    [Test]
    public void Seeds_do_not_matter_out_of_training()
    {
        using Device device = Device.Open("simulator", SmallGroups);
        device.Record(new Recorder());
        Graph graph = Network(0.5f);
        using var parameters = new ParameterStore(graph, device, withGradients: true);
        using var plan = new Plan(graph, parameters, PlanMode.Gradients);
        plan.Input("input").Upload(new float[plan.Input("input").Shape.Elements]);
        plan.Input("labels").Upload(new int[Batch]);
        for (uint pass = 0; pass < 2; pass++)
            plan.Forward(pass);
        Assert.That(plan.LaunchMode, Is.EqualTo("forward one launch, backward a list of launches (the second pass is recorded)"));
    }

    [TestCase(0, 9, "recording failed")]
    [TestCase(1, 9, "recording failed")]
    [TestCase(9, 0, "launch failed")]
    [TestCase(9, 1, "launch failed")]
    [TestCase(9, 4, "launch failed")]
    public void What_cannot_be_recorded_or_repeated_is_launched_one_by_one(int records, int launches, string obstacle)
    {
        using Device device = Device.Open("simulator", SmallGroups);
        float[][] expected = Train(device, 0.5f, out _);
        var recorder = new Recorder { RecordsUntilFailure = records, LaunchesUntilFailure = launches };
        device.Record(recorder);
        Assert.That(Train(device, 0.5f, out string mode), Is.EqualTo(expected));
        Assert.That(mode, Does.Contain($"a list of launches ({obstacle})"));
        Assert.That(recorder.Alive, Is.Zero);
    }

    [Test]
    public void Cards_give_the_same_bits_recorded_and_not([Values("mobilenetv2", "efficientnet-b0")] string model)
    {
        if (!TestDevices.Names.Contains("cuda"))
            Assert.Ignore(Device.All().First(d => d.Kind == DeviceKind.Cuda).Note);
        using Device list = Device.Open("cuda", new DeviceOptions { Graphs = false }), graphs = Device.Open("cuda");
        ModelSpec small = new(model) { Width = 0.25f, Classes = 4, ImageHeight = 32, ImageWidth = 32 };
        float[][] expected = TrainModel(list, small, out string listMode), actual = TrainModel(graphs, small, out string graphMode);
        Assert.That(listMode, Does.Contain("switched off"));
        Assert.That(graphMode, Does.Not.Contain("a list of launches"));
        Assert.That(actual, Is.EqualTo(expected));
    }

    // A graph with everything a pass can hold, and as little of it as possible.
    private static Graph Network(float dropout)
    {
        var net = new NetworkBuilder(new Shape(Batch, 4, 4, 3));
        Value x = net.ConvNorm("stem", net.Input, 4, new Window(3), ActivationKind.Relu);
        if (dropout > 0)
            x = net.Dropout("drop", x, dropout);
        net.CrossEntropyLoss(net.Linear("classifier", net.GlobalAveragePool("pool", x), 3, Initializer.Normal(0.5f)));
        return net.Graph;
    }

    // Losses of three steps of training, and of an inference plan on the parameters each step leaves; at last the parameters.
    private static float[][] Train(Device device, float dropout, out string mode)
    {
        Graph graph = Network(dropout);
        using var parameters = new ParameterStore(graph, device, withGradients: true);
        parameters.Initialize(1);
        using var training = new Plan(graph, parameters, PlanMode.Training);
        using var inference = new Plan(graph, parameters, PlanMode.Inference);
        using var optimizer = new ParameterUpdate(parameters, new Sgd());
        var losses = new List<float>();
        for (int step = 0; step < 3; step++)
        {
            foreach (Plan plan in (Plan[])[training, inference])
            {
                plan.Input("input").Upload(Noise((int)plan.Input("input").Shape.Elements, step));
                plan.Input("labels").Upload([0, 2]);
                plan.Forward((uint)step);
                losses.Add(plan.Output("loss").ToArray()[0]);
            }
            training.Backward();
            optimizer.Step(0.1f);
        }
        mode = training.LaunchMode;
        return [[.. losses], .. parameters.Names.Select(n => parameters[n].ToArray())];
    }

    private static float[][] TrainModel(Device device, ModelSpec model, out string mode)
    {
        const int images = 4;
        int length = images * model.ImageHeight * model.ImageWidth * model.ImageChannels;
        using var trainer = new StepRunner(model, device, images, seed: 5);
        var losses = new List<float>();
        for (int step = 0; step < 5; step++)
        {
            losses.Add((float)trainer.Step(Noise(length, step), [0, 1, 2, 3], 0.05f).Loss);
            losses.Add((float)trainer.Evaluate(Noise(length, 100 + step), [3, 2, 1, 0]).Loss);
        }
        mode = trainer.LaunchMode;
        return [[.. losses], .. trainer.Parameters.Names.Select(n => trainer.Parameters[n].ToArray()),
            trainer.Update.States["momentum"].ToArray()];
    }

    private static float[] Noise(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
    }

    /// <summary>Keeps launches to make them when they are repeated, as a driver does; fails when it is told to.</summary>
    private sealed class Recorder : ILaunchRecorder
    {
        public int RecordsUntilFailure { get; init; } = int.MaxValue;

        public int LaunchesUntilFailure { get; init; } = int.MaxValue;

        public int Records { get; private set; }

        public int Launches { get; private set; }

        public int Alive { get; private set; }

        public LaunchGraph Record(Action launches)
        {
            if (Records == RecordsUntilFailure)
                throw new GpuNetException("recording failed");
            Records++;
            Alive++;
            return new Replay(this, launches);
        }

        private sealed class Replay(Recorder owner, Action launches) : LaunchGraph
        {
            public override void Launch()
            {
                if (owner.Launches == owner.LaunchesUntilFailure)
                    throw new GpuNetException("launch failed");
                owner.Launches++;
                launches();
            }

            public override void Dispose() => owner.Alive--;
        }
    }
}
