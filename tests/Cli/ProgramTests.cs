using System.Text.Json;
using NUnit.Framework;

namespace GpuNet.Tests.Cli;

public sealed class ProgramTests
{
    [Test]
    public void Alone_it_prints_help()
    {
        string output = CommandRun.Of().RequirePlain().Output;
        foreach (string command in new[] { "devices", "summary", "bench", "train", "eval", "predict", "run" })
            Assert.That(output, Does.Contain(command));
    }

    [Test]
    public void Version_names_the_kernel_API() =>
        Assert.That(CommandRun.Of("--version").RequirePlain().Output, Does.Match("^gpunet [0-9.]+ ").And.Contain(Device.KernelCompiler));

    [TestCase("Unrecognized command or argument 'trian'. See gpunet --help.", "trian")]
    [TestCase("Required argument missing for command: 'eval'. See gpunet eval --help.", "eval")]
    [TestCase("--weights", "run", "--model", "mobilenetv2")]
    [TestCase("--batch: expected a whole number of at least 1, got '0'", "train", "--batch", "0")]
    [TestCase("--lr: expected a number above 0, got 'NaN'", "train", "--lr", "NaN")]
    [TestCase("--momentum: expected a number from 0 up to, not including, 1, got '1'", "train", "--momentum", "1")]
    [TestCase("--schedule: expected one of constant, step,", "train", "--schedule", "spline")]
    [TestCase("--data: unknown data set 'mnist': expected folder:FOLDER", "train", "--data", "mnist")]
    [TestCase("--resume needs --out", "train", "--resume")]
    [TestCase("needs --labels", "run", "--model", "mobilenetv2", "--weights", "w", "--input", "x", "--output", "y", "--gradients", "g")]
    public void Wrong_usage_exits_with_2(string part, params string[] args) => CommandRun.Of(args).RequireFailure(2, part);

    [TestCase("no-such-folder: there is no such model", "eval", "no-such-folder")]
    [TestCase("no-such-folder: there is no such model", "predict", "no-such-folder", "picture.png")]
    [TestCase("no-such-folder: there is no such model", "train", "--resume", "--out", "no-such-folder")]
    [TestCase("Device tpu: no such device. Usable here: auto", "train", "--device", "tpu")]
    [TestCase("no-such-folder", "train", "--data", "cifar10:no-such-folder", "--device", "cpu")]
    [TestCase("no-such-file", "run", "--model", "mobilenetv2", "--weights", "w", "--input", "no-such-file", "--output", "y")]
    public void What_fails_exits_with_1(string part, params string[] args) => CommandRun.Of(args).RequireFailure(1, part);

    [Test]
    public void Devices_are_those_of_the_library()
    {
        JsonElement list = CommandRun.Json("devices", "--json");
        Assert.That(list.GetProperty("kernel_compiler").GetString(), Is.EqualTo(Device.KernelCompiler));
        JsonElement[] devices = [.. list.GetProperty("devices").EnumerateArray()];
        Assert.That(devices.Select(d => d.GetProperty("name").GetString()), Is.EqualTo(Device.All().Select(d => d.Name)));
        JsonElement cpu = devices.Single(d => d.GetProperty("name").GetString() == "cpu");
        Assert.That(cpu.GetProperty("usable").GetBoolean());
        Assert.That(cpu.GetProperty("multiprocessors").GetInt32(), Is.EqualTo(Environment.ProcessorCount));
        Assert.That(devices.Where(d => !d.GetProperty("usable").GetBoolean()).All(d => d.GetProperty("note").GetString()!.Length > 0));
        Assert.That(CommandRun.Of("devices").RequirePlain().Output,
            Does.Contain("simulator").And.Contain($"Kernels compiled by {Device.KernelCompiler}"));
    }
}
