using System.Diagnostics;
using GpuNet.Tests.Data;
using NUnit.Framework;

namespace GpuNet.Tests.Library;

[TestFixture]
internal sealed class ModelTests
{
    [Test]
    public void A_saved_model_opens_as_it_was()
    {
        using var folder = new TempFolder();
        using Model model = New();
        model.Preprocessing = model.Preprocessing with { Normalization = new Normalization([0.1f, 0.2f, 0.3f], [1, 2, 3]) };
        model.Save(folder.File("model"));
        using Model opened = Model.Open(folder.File("model"), TestDevices.Get("cpu"), TinyNetwork.Define);
        Assert.That(opened.Classes, Is.EqualTo(model.Classes));
        Assert.That(opened.Preprocessing, Is.EqualTo(model.Preprocessing));
        RequireSame(opened.Parameters, model.Parameters, _ => true);
        Assert.That(Directory.GetFiles(folder.File("model")).Select(Path.GetFileName), Is.EqualTo(new[] { "model.safetensors" }));
        float[] input = Noise(2);
        Assert.That(Scores(opened, input), Is.EqualTo(Scores(model, input)));
    }

    [Test]
    public void What_is_no_model_is_told()
    {
        using var folder = new TempFolder();
        Device device = TestDevices.Get("cpu");
        RequireError(() => Model.Open(folder.File("none"), device), "there is no such model");
        Directory.CreateDirectory(folder.File("empty"));
        RequireError(() => Model.Open(folder.File("empty"), device), "holds no model");
        using Model model = New();
        model.Save(folder.File("model"));
        RequireError(() => Model.Open(folder.File("model"), device), "'tiny' is a network of one's own", "define");
        static void Other(NetworkBuilder net) => net.Output(net.GlobalAveragePool("pool", net.Input));
        RequireError(() => Model.Open(folder.File("model"), device, Other), "not known to the network");
        string file = folder.File("model/model.safetensors");
        byte[] bytes = File.ReadAllBytes(file);
        File.WriteAllBytes(file, bytes[..^7]);
        RequireError(() => Model.Open(folder.File("model"), device, TinyNetwork.Define), "model.safetensors");
        WeightsFile.Save(model.Parameters, file);
        RequireError(() => Model.Open(folder.File("model"), device, TinyNetwork.Define), "does not say of which network");
    }

    [Test]
    public void Weights_load_whole_or_in_parts()
    {
        using var folder = new TempFolder();
        string file = folder.File("weights.safetensors");
        using Model source = New(seed: 5), whole = New(), except = New(), only = New();
        WeightsFile.Save(source.Parameters, file);
        Assert.That(whole.Load(file).IsComplete);
        RequireSame(whole.Parameters, source.Parameters, _ => true);
        using Model fresh = New();
        Assert.That(except.Load(file, except: "classifier, body.1").Loaded, Has.Count.EqualTo(6));
        static bool Read(string n) =>
            !n.StartsWith("classifier", StringComparison.Ordinal) && !n.StartsWith("body.1", StringComparison.Ordinal);
        RequireSame(except.Parameters, source.Parameters, Read);
        RequireSame(except.Parameters, fresh.Parameters, n => !Read(n));
        Assert.That(only.Load(file, only: "stem.0").Loaded, Is.EqualTo(new[] { "stem.0.weight" }));
        RequireSame(only.Parameters, source.Parameters, n => n == "stem.0.weight");
        RequireSame(only.Parameters, fresh.Parameters, n => n != "stem.0.weight");
    }

    [Test]
    public void Weights_that_do_not_fit_are_told_and_change_nothing()
    {
        using var folder = new TempFolder();
        string file = folder.File("weights.safetensors");
        using Model model = New(), before = New();
        using Model other = new(TinyNetwork.Spec with { Classes = 7 }, TestDevices.Get("cpu"), seed: 9);
        WeightsFile.Save(other.Parameters, file);
        RequireError(() => model.Load(file), "classifier.weight ([7, 8] in the file, [3, 8] in the network)", "except: \"classifier\"");
        RequireError(() => model.Load(file, except: "head"), "no parameter below 'head'", "classifier");
        Save(folder.File("prefixed.safetensors"), model, n => "module." + n);
        RequireError(() => model.Load(folder.File("prefixed.safetensors")), "12 missing", "'module.' before every name", "filePrefix");
        Assert.That(model.Load(folder.File("prefixed.safetensors"), filePrefix: "module.").IsComplete);
        Save(folder.File("foreign.safetensors"), model, n => "x" + n);
        RequireError(() => model.Load(folder.File("foreign.safetensors")), "another network");
        Save(folder.File("few.safetensors"), model, n => n == "stem.0.weight" ? "extra" : n);
        RequireError(() => model.Load(folder.File("few.safetensors")),
            "1 missing, such as stem.0.weight", "1 not known to the network, such as extra");
        LoadReport report = model.Load(folder.File("few.safetensors"), partial: true);
        Assert.That((report.Missing.Count, report.Unused.Count, report.Loaded.Count), Is.EqualTo((1, 1, 11)));
        RequireSame(model.Parameters, before.Parameters, _ => true);
    }

    [Test]
    public void Norms_that_are_folded_are_told()
    {
        using var folder = new TempFolder();
        using Model model = New();
        WeightsFile.Save(model.Parameters, folder.File("fresh.safetensors"));
        string message = model.Load(folder.File("fresh.safetensors")).Message;
        Assert.That(message, Does.Contain("folded into convolutions").And.Contain("FreezeNorms"));
        model.FreezeNorms();
        Assert.That(model.Frozen, Has.Count.EqualTo(8).And.All.Match("^(stem|body)[.]1[.]"));
        model.Parameters["body.1.running_mean"].Upload([.. Enumerable.Repeat(0.5f, 8)]);
        WeightsFile.Save(model.Parameters, folder.File("used.safetensors"));
        Assert.That(model.Load(folder.File("used.safetensors")).HasFoldedNorms, Is.False);
    }

    [Test]
    public void A_new_head_leaves_the_rest()
    {
        using Model model = New(), before = New();
        model.ReplaceHead(new[] { "cat", "dog", "bird", "fish" });
        Assert.That(model.Parameters["classifier.weight"].Shape, Is.EqualTo(new Shape(1, 1, 8, 4)));
        RequireSame(model.Parameters, before.Parameters, n => !n.StartsWith("classifier", StringComparison.Ordinal));
        Assert.That(Scores(model, Noise(3)), Has.Length.EqualTo(12));
    }

    [Test]
    public void Names_freeze_whole_parts()
    {
        using Model model = New();
        model.Freeze("stem.1", "classifier");
        Assert.That(model.Frozen.Order(), Is.EqualTo(new[]
        {
            "classifier.bias", "classifier.weight", "stem.1.bias", "stem.1.running_mean", "stem.1.running_var", "stem.1.weight",
        }));
        model.Unfreeze("classifier");
        Assert.That(model.Frozen, Has.Count.EqualTo(4));
        RequireError(() => model.Freeze("stem.", "ste"), "no parameter below 'ste'");
        model.Unfreeze();
        Assert.That(model.Frozen, Is.Empty);
        using Model large = Models.MobileNetV2(10, width: 0.1, size: 32).On(TestDevices.Get("cpu"));
        large.Freeze("features.1");
        Assert.That(large.Frozen, Has.None.StartsWith("features.10"));
    }

    [Test]
    public void Stages_give_their_features()
    {
        using Model model = New();
        float[] input = Noise(3);
        IReadOnlyDictionary<string, float[]> features =
            model.Run(new Dictionary<string, Array> { ["input"] = input }, "stem", "pool", "output");
        Assert.That(features["stem"], Has.Length.EqualTo(3 * 4 * 4 * 8));
        Assert.That(features["stem"].All(v => v is >= 0 and <= 6), "behind the activation");
        Assert.That(features["pool"], Has.Length.EqualTo(3 * 8));
        Assert.That(features["output"], Is.EqualTo(Scores(model, input)).Within(1e-6f));
        RequireError(() => model.Run(new Dictionary<string, Array> { ["input"] = input }, "trunk"), "no output and no stage 'trunk'");
    }

    [Test]
    public void Inputs_that_do_not_fit_are_told()
    {
        using Model model = New();
        RequireError(() => model.Run(new Dictionary<string, Array>()), "input is missing");
        RequireError(() => model.Run(new Dictionary<string, Array> { ["input"] = new float[5] }), "takes 192 values, got 5");
        RequireError(
            () => model.Run(new Dictionary<string, Array> { ["input"] = new float[192], ["text"] = new int[1] }), "has no input text");
        RequireError(() => model.Run(new Dictionary<string, Array> { ["input"] = new double[192] }), "expected float[] or int[]");
    }

    [Test]
    public void Any_number_of_pictures_gives_what_one_gives()
    {
        using Model model = New();
        Image[] images = [.. Enumerable.Range(0, 37).Select(Picture)];
        IReadOnlyList<IReadOnlyList<Prediction>> together = model.Predict(images, top: 2);
        Assert.That(together, Has.Count.EqualTo(37));
        for (int i = 0; i < images.Length; i++)
        {
            IReadOnlyList<Prediction> one = model.Predict(images[i], top: 2);
            Assert.That(together[i].Select(p => p.Class), Is.EqualTo(one.Select(p => p.Class)));
            Assert.That(together[i][0].Probability, Is.EqualTo(one[0].Probability).Within(1e-6));
        }
        Assert.That(model.Predict(images[0], top: 9).Sum(p => p.Probability), Is.EqualTo(1).Within(1e-12));
    }

    [Test]
    public void Threads_may_share_a_model()
    {
        using Model model = New();
        float[][] inputs = [.. Enumerable.Range(1, 8).Select(n => Noise(n % 5 + 1, seed: n))];
        float[][] expected = [.. inputs.Select(i => Scores(model, i))];
        int answers = 0;
        var clock = Stopwatch.StartNew();
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, thread =>
        {
            for (int round = 0; round < 200; round++)
            {
                int which = (thread + round) % inputs.Length;
                Assert.That(Scores(model, inputs[which]).AsSpan().SequenceEqual(expected[which]), "an answer is another thread's");
                Interlocked.Increment(ref answers);
            }
        });
        TestContext.Out.WriteLine($"{answers / clock.Elapsed.TotalSeconds:F0} passes a second from 8 threads");
        Assert.That(answers, Is.EqualTo(1600));
    }

    [Test, Explicit("takes a minute")]
    public void Eight_threads_predict_for_a_minute()
    {
        using Model model = Models.MobileNetV2().On(TestDevices.Get("cpu"));
        Image[] images = [.. Enumerable.Range(0, 8).Select(Picture)];
        string[] expected = [.. images.Select(i => string.Join(' ', model.Predict(i, top: 3)))];
        int answers = 0;
        var clock = Stopwatch.StartNew();
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, thread =>
        {
            for (int round = 0; clock.Elapsed < TimeSpan.FromMinutes(1); round++)
            {
                int which = (thread + round) % images.Length;
                Assert.That(string.Join(' ', model.Predict(images[which], top: 3)), Is.EqualTo(expected[which]));
                Interlocked.Increment(ref answers);
            }
        });
        TestContext.Out.WriteLine($"{answers} pictures of 224x224, {answers / clock.Elapsed.TotalSeconds:F0} a second, from 8 threads");
        Assert.That(answers, Is.GreaterThan(100));
    }

    [Test]
    public void Plans_stay_within_their_memory()
    {
        using Model model = New();
        model.PlanMemory = 0;
        float[] one = Scores(model, Noise(1));
        for (int n = 2; n <= 9; n++)
            Assert.That(Scores(model, Noise(n)), Has.Length.EqualTo(3 * n));
        Assert.That(Scores(model, Noise(1)), Is.EqualTo(one));
    }

    [Test]
    public void Plans_that_are_dropped_leave_nothing()
    {
        using Model model = New();
        Graph graph = model.Spec.Build(2);
        static long Resident()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            using var process = Process.GetCurrentProcess();
            return process.WorkingSet64;
        }
        void Make(int count)
        {
            for (int i = 0; i < count; i++)
            {
                using var plan = new Plan(graph, model.Parameters, PlanMode.Inference);
                plan.Forward();
            }
        }
        Make(500);
        long before = Resident();
        Make(10_000);
        Assert.That(Resident() - before, Is.LessThan(16 << 20), "bytes");
    }

    private static Model New(int seed = 1) => TinyNetwork.Spec.On(TestDevices.Get("cpu"), seed);

    private static float[] Noise(int samples, int seed = 3)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, samples * TinyNetwork.Side * TinyNetwork.Side * 3).Select(_ => random.NextSingle())];
    }

    private static Image Picture(int seed)
    {
        var image = new Image(9 + (seed % 4), 11);
        new Random(seed).NextBytes(image.Pixels);
        return image;
    }

    private static float[] Scores(Model model, float[] input) => model.Run(new Dictionary<string, Array> { ["input"] = input })["output"];

    private static void RequireSame(ParameterStore actual, ParameterStore expected, Func<string, bool> which)
    {
        foreach (string name in expected.Names.Where(which))
            Assert.That(actual[name].ToArray(), Is.EqualTo(expected[name].ToArray()), name);
    }

    private static void RequireError(Action action, params string[] parts)
    {
        GpuNetException error = Assert.Throws<GpuNetException>(action)!;
        foreach (string part in parts)
            Assert.That(error.Message, Does.Contain(part));
        Assert.That(error.Message, Does.Not.Contain("\n"));
    }

    private static void Save(string path, Model model, Func<string, string> rename)
    {
        var writer = new SafetensorsWriter();
        foreach (string name in model.Parameters.Names)
        {
            writer.Add(rename(name), TensorLayout.FileShape(model.Parameters.Spec(name)),
                TensorLayout.ToFile(model.Parameters.Spec(name), model.Parameters[name].ToArray()));
        }
        writer.Save(path);
    }
}
