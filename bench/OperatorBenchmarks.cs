using BenchmarkDotNet.Attributes;
using GpuNet.Kernels;
using GpuNet.Network;

namespace GpuNet.Bench;

/// <summary>
/// Every distinct operator of MobileNetV2 at batch 1 and 224x224, forward and backward. Buffers rotate over more memory than the
/// caches hold; waiting for the device is part of the time.
/// </summary>
public class OperatorBenchmarks
{
    private const long RotationBytes = 256L << 20;
    private const int MaxRotations = 16;

    private readonly List<Arena> arenas = [];
    private Device device = null!;
    private Launcher launcher = null!;
    private Operands[] operands = [];
    private int next;

    /// <summary>The operators under test, by their description.</summary>
    public static IEnumerable<string> Operators => Distinct().Select(o => o.ToString());

    [ParamsSource(nameof(Operators))]
    public string Problem { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        Operator op = Find(Problem);
        device = BenchDevice.Open();
        launcher = op.Bind(device);
        var workspace = Shape.Vector((int)Math.Max(1, launcher.WorkspaceElements));
        Shape[] all =
        [
            .. op.Inputs, .. op.Inputs, op.Output, op.Output, workspace, .. op.Saved, .. op.Parameters.Select(p => p.Shape),
            .. op.Parameters.Select(p => p.Shape),
        ];
        long bytes = all.Sum(s => Arena.Align(s.Bytes));
        operands = new Operands[Math.Clamp((int)(RotationBytes / bytes), 2, MaxRotations)];
        for (int i = 0; i < operands.Length; i++)
        {
            var arena = new Arena(device, bytes, "benchmark");
            arenas.Add(arena);
            long offset = 0;
            Tensor Take(Shape shape)
            {
                Tensor tensor = arena.At(offset, shape);
                offset += Arena.Align(shape.Bytes);
                tensor.Upload([.. Enumerable.Range(0, (int)shape.Elements).Select(e => ((e * 7919) % 1000) / 1000f)]);
                return tensor;
            }

            operands[i] = new Operands
            {
                Inputs = [.. op.Inputs.Select(Take)],
                DInputs = [.. op.Inputs.Select(s => new Gradient(Take(s), GradientMode.Set))],
                Output = Take(op.Output),
                DOutput = Take(op.Output),
                Workspace = Take(workspace),
                Saved = [.. op.Saved.Select(Take)],
                Parameters = [.. op.Parameters.Select(p => Take(p.Shape))],
                DParameters = [.. op.Parameters.Select(p => p.IsTrained ? Take(p.Shape) : Tensor.None)],
                Training = true,
            };
            launcher.Forward(operands[i]);
        }
    }

    [Benchmark(Baseline = true)]
    public void Forward()
    {
        launcher.Forward(operands[next++ % operands.Length]);
        device.Synchronize();
    }

    [Benchmark]
    public void Backward()
    {
        launcher.Backward(operands[next++ % operands.Length]);
        device.Synchronize();
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        foreach (Arena arena in arenas)
            arena.Dispose();
        arenas.Clear();
        device.Dispose();
    }

    internal static Operator Find(string problem) => Distinct().First(o => o.ToString() == problem);

    private static IEnumerable<Operator> Distinct() => new ModelSpec("mobilenetv2").Build(1).Nodes.Select(n => n.Operator).Distinct();
}
