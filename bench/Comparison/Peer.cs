using System.Text.Json;

namespace GpuNet.Bench.Comparison;

/// <summary>A program that times networks: GpuNet's own, or another library's.</summary>
internal abstract class Peer
{
    public abstract string Name { get; }

    /// <summary>Why it cannot run here and how to change that; null if it can.</summary>
    public abstract string? Missing();

    /// <summary>Times a work in a fresh process.</summary>
    public abstract JsonElement Measure(Work work);

    protected static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "peers", name);
}

/// <summary>This build's own command.</summary>
internal sealed class GpuNetPeer : Peer
{
    public const string Title = "GpuNet";

    public override string Name => Title;

    /// <summary>The command; it lies beside the benchmarks.</summary>
    public static string Command { get; } = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "gpunet.exe" : "gpunet");

    public override string? Missing() => File.Exists(Command) ? null : $"{Command} is not there.";

    public override JsonElement Measure(Work work) =>
        ProgramRun.Of(Command, ["bench", work.Model, .. work.Arguments(), "--device", "cpu", "--json"]).Json;
}

/// <summary>PyTorch with torchvision, in Python.</summary>
internal sealed class TorchPeer(string python) : Peer
{
    public const string Title = "PyTorch";

    public override string Name => Title;

    public override string? Missing()
    {
        return ProgramRun.Of(python, ["-c", "import torch, torchvision"]).Succeeded
            ? null
            : $"PyTorch is left out: {python} does not have it. To get it: apt install python3-torchvision, "
            + "or pip install torch torchvision; --python names its interpreter.";
    }

    public override JsonElement Measure(Work work) =>
        ProgramRun.Of(python, [Script("torch_peer.py"), work.TorchName, .. work.Arguments()]).Json;

    /// <summary>Writes a network as ONNX.</summary>
    public void Export(Work work, string path)
    {
        ProgramRun run = ProgramRun.Of(
            python, [Script("torch_peer.py"), work.TorchName, .. (work with { Train = false }).Arguments(), "--export", path]);
        if (!run.Succeeded)
            throw new GpuNetException(run.Error);
    }
}

/// <summary>ONNX Runtime in Node, on networks that PyTorch exported.</summary>
internal sealed class OnnxRuntimePeer(string node, string? modules, TorchPeer exporter, string folder) : Peer
{
    public const string Title = "ONNX Runtime";

    private readonly (string, string)[] environment = modules is null ? [] : [("NODE_PATH", Path.GetFullPath(modules))];

    public override string Name => Title;

    public override string? Missing()
    {
        return !ProgramRun.Of(node, ["-e", "require('onnxruntime-node')"], environment).Succeeded
                ? $"ONNX Runtime is left out: {node} does not have it. To get it: npm install onnxruntime-node in a folder; "
                + "--node-modules names FOLDER/node_modules."
            : exporter.Missing() is not null ? "ONNX Runtime is left out: the networks it runs are exported by PyTorch, which is not here."
            : null;
    }

    public override JsonElement Measure(Work work)
    {
        string file = Path.Combine(folder, $"{work.TorchName}-{work.Size}.onnx");
        if (!File.Exists(file))
            exporter.Export(work, file);
        string[] numbers = [Work.Text(work.Batch), Work.Text(work.Size), Work.Text(work.Threads), Work.Text(work.Runs)];
        return ProgramRun.Of(node, [Script("ort_peer.cjs"), file, .. numbers], environment).Json;
    }
}
