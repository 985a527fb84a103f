using GpuNet.Kernels;
using NUnit.Framework;

namespace GpuNet.Tests.Network;

/// <summary>A steady pass takes no managed memory on any thread; other memory comes from arenas, which cannot grow.</summary>
[NonParallelizable]
public sealed class AllocationTests
{
    private const int Batch = 4;
    private const int WarmUps = 5;
    private const int Passes = 20;

    [Test]
    public void Steady_inference_allocates_nothing(
        [Values("mobilenetv2", "efficientnet-b0")] string model, [Values("cpu", "cpu, 1 thread")] string device)
    {
        Graph graph = Small(model).Build(Batch);
        using var parameters = new ParameterStore(graph, TestDevices.Get(device), withGradients: false);
        parameters.Initialize(1);
        using var plan = new Plan(graph, parameters, PlanMode.Inference);
        var images = new float[graph.Inputs["input"].Shape.Elements];
        var scores = new float[graph.Output("output").Shape.Elements];
        RequireNoAllocation(() =>
        {
            plan.Input("input").Upload(images);
            plan.Forward();
            plan.Output("output").Download(scores);
        });
    }

    [Test]
    public void Steady_inference_by_tiles_allocates_nothing()
    {
        Graph graph = new ModelSpec("mobilenetv2") { Classes = 10, ImageHeight = 64, ImageWidth = 64 }.Build(1);
        using var parameters = new ParameterStore(graph, TestDevices.Get("cpu"), withGradients: false);
        parameters.Initialize(1);
        using var plan = new Plan(graph, parameters, PlanMode.Inference);
        Assert.That(plan.RunGraph.Nodes.Any(n => n.Operator is InvertedBottleneck));
        RequireNoAllocation(() => plan.Forward());
    }

    [Test]
    public void Steady_training_allocates_nothing(
        [Values("mobilenetv2", "efficientnet-b0")] string model, [Values("cpu", "cpu, 1 thread")] string device)
    {
        using var trainer = new StepRunner(Small(model), TestDevices.Get(device), Batch);
        var images = new float[Batch * 32 * 32 * 3];
        new Span<float>(images).Fill(0.5f);
        int[] labels = [0, 1, 2, 3];
        RequireNoAllocation(() => trainer.Step(images, labels, 1e-4f));
    }

    private static ModelSpec Small(string model) => new(model) { Width = 0.25f, Classes = 10, ImageHeight = 32, ImageWidth = 32 };

    private static void RequireNoAllocation(Action pass)
    {
        for (int i = 0; i < WarmUps; i++)
            pass();
        long own = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Passes; i++)
            pass();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - own, Is.Zero, "on the caller's thread");
        // Threads of the runtime and of the test host allocate too, now and then; what a pass allocates, it allocates every time.
        long least = long.MaxValue;
        for (int i = 0; i < Passes && least > 0; i++)
        {
            long all = GC.GetTotalAllocatedBytes(precise: true);
            pass();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - all);
        }
        Assert.That(least, Is.Zero, "on all threads");
    }
}
