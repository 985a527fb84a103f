using System.Collections.Concurrent;
using NUnit.Framework;

// More than small machines have cores: tests wait, for barriers of the simulator and for compilers of kernels.
[assembly: LevelOfParallelism(4)]

namespace GpuNet.Tests;

/// <summary>
/// The devices tests run on, opened once by each thread that runs tests, since a device is used by one thread. Candidates are chosen by
/// rule, whatever has been tuned on this machine.
/// </summary>
internal static class TestDevices
{
    private static readonly ConcurrentDictionary<(int Thread, string Name), Device> Opened = new();

    /// <summary>Host code on all cores and on one, simulators, and the cards of this machine.</summary>
    public static string[] Names { get; } = ["cpu", "cpu, 1 thread", .. Simulators, .. Cards.Where(IsPresent)];

    /// <summary>
    /// Where proofs are repeated that a candidate's agreement with the reference leaves open. ILGPU's simulator takes minutes for what the
    /// interpreter does in seconds, and can show nothing more of them.
    /// </summary>
    public static string[] Repeated { get; } = [.. Names.Except(Simulators)];

    private static string[] Simulators => ["simulator 4x16"];

    /// <summary>CUDA code on an interpreter, as a card runs it.</summary>
    public static string[] Interpreted => ["ptx 80"];

    /// <summary>
    /// Beside that card, devices with small groups, whose kernels loop where those of a card have threads, and one that asks for what is
    /// meant for processors.
    /// </summary>
    public static string[] EveryInterpreted => [.. Interpreted, "ptx 80 4x16", "ptx 80 2x2", "ptx 80 processor"];

    /// <summary>All that run in float32.</summary>
    public static string[] All { get; } = [.. Names, .. EveryInterpreted];

    /// <summary>The interpreted device that may use tf32 matrix units.</summary>
    public static string MatrixUnits => "ptx 80 tf32";

    /// <summary>The devices that run kernels, with values between layers in 16 bits.</summary>
    public static IEnumerable<string> Bfloat16 =>
        [.. All.Where(n => !n.StartsWith("cpu", StringComparison.Ordinal)).Select(n => n + " bfloat16")];

    /// <summary>Whether a device is one of <see cref="EveryInterpreted"/>.</summary>
    public static bool IsInterpreted(Device device) => device.Name.StartsWith("ptx", StringComparison.Ordinal);

    /// <summary>Kinds of card that a machine may have.</summary>
    public static string[] Cards => ["opencl", "cuda"];

    /// <summary>A device by its test name; the test is ignored with the reason if this machine has none.</summary>
    public static Device Get(string name) => Opened.GetOrAdd((Environment.CurrentManagedThreadId, name), static key => Open(key.Name));

    private static Device Open(string name) => name switch
    {
        "cpu, 1 thread" => Device.Open("cpu", new DeviceOptions { Threads = 1, UseTuning = false }),
        "cpu" => Device.Open("cpu", new DeviceOptions { Threads = Math.Max(3, Environment.ProcessorCount), UseTuning = false }),
        "simulator 4x16" =>
            Device.Open("simulator", new DeviceOptions { Checked = true, WarpSize = 4, WarpsPerGroup = 16, UseTuning = false }),
        "simulator 2x2" =>
            Device.Open("simulator", new DeviceOptions { Checked = true, WarpSize = 2, WarpsPerGroup = 2, UseTuning = false }),
        "ptx 80" => Interpret(new Ptx.PtxLoader(80)),
        "ptx 80 4x16" => Interpret(new Ptx.PtxLoader(80, maxGroupSize: 64)),
        "ptx 80 2x2" => Interpret(new Ptx.PtxLoader(80, maxGroupSize: 4)),
        "ptx 80 processor" => Interpret(new Ptx.PtxLoader(80, isProcessor: true)),
        "ptx 80 tf32" => Interpret(new Ptx.PtxLoader(80), Precision.TensorFloat32),
        _ when name.EndsWith(" bfloat16", StringComparison.Ordinal) => OpenBfloat16(Get(name[..name.LastIndexOf(' ')])),
        _ => Device.Open(name, new DeviceOptions { UseTuning = false }),
    };

    private static Device Interpret(Ptx.PtxLoader loader, Precision precision = Precision.Float32) =>
        Device.Open("simulator", new DeviceOptions { Loader = loader, Precision = precision, UseTuning = false });

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
        foreach (string name in TestDevices.EveryInterpreted)
        {
            using Arena arena = Unwritten.Arena(TestDevices.Get(name), 1024);
            Tensor tensor = arena.At(256, new Shape(1, 1, 5, 7));
            tensor.Upload([.. Enumerable.Repeat(3f, 35)]);
            TestDevices.Get(name).Zero.Run(33, tensor.View, 33);
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
