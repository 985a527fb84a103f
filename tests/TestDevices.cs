using System.Collections.Concurrent;
using NUnit.Framework;

namespace GpuNet.Tests;

/// <summary>
/// The devices tests run on, opened once. Candidates are chosen by rule, whatever has been tuned on this machine.
/// </summary>
internal static class TestDevices
{
    private static readonly ConcurrentDictionary<string, Device> Opened = new();

    /// <summary>Host code on all cores and on one, simulators, and the cards of this machine.</summary>
    public static string[] Names { get; } = ["cpu", "cpu, 1 thread", .. Simulators, .. Cards.Where(IsPresent)];

    /// <summary>
    /// Where proofs are repeated that a candidate's agreement with the reference leaves open. ILGPU's simulator takes minutes for what the
    /// interpreter does in seconds, and can show nothing more of them.
    /// </summary>
    public static string[] Repeated { get; } = [.. Names.Except(Simulators)];

    private static string[] Simulators => ["simulator 4x16"];

    /// <summary>CUDA code on an interpreter.</summary>
    public static string[] Interpreted => ["ptx 80"];

    /// <summary>The interpreted device that may use tf32 matrix units.</summary>
    public static string MatrixUnits => "ptx 80 tf32";

    /// <summary>The devices that run kernels, with values between layers in 16 bits.</summary>
    public static IEnumerable<string> Bfloat16 =>
        [.. Names.Where(n => !n.StartsWith("cpu", StringComparison.Ordinal)).Concat(Interpreted).Select(n => n + " bfloat16")];

    /// <summary>Whether a device is one of <see cref="Interpreted"/>.</summary>
    public static bool IsInterpreted(Device device) => device.Name.StartsWith("ptx", StringComparison.Ordinal);

    /// <summary>Kinds of card that a machine may have.</summary>
    public static string[] Cards => ["opencl", "cuda"];

    /// <summary>A device by its test name; the test is ignored with the reason if this machine has none.</summary>
    public static Device Get(string name) => Opened.GetOrAdd(name, static n => n switch
    {
        "cpu, 1 thread" => Device.Open("cpu", new DeviceOptions { Threads = 1, UseTuning = false }),
        "cpu" => Device.Open("cpu", new DeviceOptions { Threads = Math.Max(3, Environment.ProcessorCount), UseTuning = false }),
        "simulator 4x16" =>
            Device.Open("simulator", new DeviceOptions { Checked = true, WarpSize = 4, WarpsPerGroup = 16, UseTuning = false }),
        "simulator 2x2" =>
            Device.Open("simulator", new DeviceOptions { Checked = true, WarpSize = 2, WarpsPerGroup = 2, UseTuning = false }),
        "ptx 80" => Device.Open("simulator", new DeviceOptions { Loader = new Ptx.PtxLoader(80), UseTuning = false }),
        "ptx 80 tf32" => Device.Open(
            "simulator", new DeviceOptions { Loader = new Ptx.PtxLoader(80), Precision = Precision.TensorFloat32, UseTuning = false }),
        _ when n.EndsWith(" bfloat16", StringComparison.Ordinal) => OpenBfloat16(Get(n[..n.LastIndexOf(' ')])),
        _ => Device.Open(n, new DeviceOptions { UseTuning = false }),
    });

    private static Device OpenBfloat16(Device like) =>
        Device.Open(IsInterpreted(like) ? "simulator" : like.Name, like.Options with { Precision = Precision.Bfloat16 });

    public static void Close()
    {
        foreach (Device device in Opened.Values)
            device.Dispose();
        Opened.Clear();
    }

    private static bool IsPresent(string kind) =>
        Device.All().Any(d => d.Usable && d.Name.StartsWith(kind + ":", StringComparison.Ordinal));
}

/// <summary>Says which cards the other tests ran on.</summary>
[TestFixture]
internal sealed class TestDevicesTests
{
    [Test]
    public void Card_is_present([ValueSource(typeof(TestDevices), nameof(TestDevices.Cards))] string kind)
    {
        if (!TestDevices.Names.Contains(kind))
            Assert.Ignore(Device.All().First(d => d.Name.StartsWith(kind, StringComparison.Ordinal)).Note);
        Assert.That(TestDevices.Get(kind).Info.Usable);
    }
}

/// <summary>Says whether the other tests interpreted CUDA code.</summary>
[TestFixture]
internal sealed class InterpretedCodeTests
{
    [Test]
    public void Cuda_code_is_interpreted()
    {
        foreach (string name in TestDevices.Interpreted)
        {
            using var arena = new Arena(TestDevices.Get(name), 1024, "test");
            Tensor tensor = arena.At(256, new Shape(1, 1, 5, 7));
            tensor.Upload([.. Enumerable.Repeat(3f, 35)]);
            TestDevices.Get(name).Zero.Run(30, tensor.View, 33);
            Assert.That(tensor.ToArray(), Is.EqualTo(Enumerable.Range(0, 35).Select(i => i < 33 ? 0f : 3f)));
        }
    }
}

/// <summary>Closes the devices when all tests have run.</summary>
[SetUpFixture]
internal sealed class TestDevicesCleanUp
{
    [OneTimeTearDown]
    public void CloseDevices() => TestDevices.Close();
}
