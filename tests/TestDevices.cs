using System.Collections.Concurrent;
using NUnit.Framework;

namespace GpuNet.Tests;

/// <summary>
/// The devices tests run on, opened once. The simulator always checks every access where the kernel API can. Candidates are chosen by
/// rule, whatever has been tuned on this machine.
/// </summary>
internal static class TestDevices
{
    private static readonly ConcurrentDictionary<string, Device> Opened = new();

    /// <summary>Host code on all cores and on one, two simulator geometries, and the cards of this machine.</summary>
    public static string[] Names { get; } = ["cpu", "cpu, 1 thread", "simulator 4x16", "simulator 2x2", .. Cards.Where(IsPresent)];

    /// <summary>Kinds of card that a machine may have.</summary>
    public static string[] Cards => ["opencl", "cuda"];

    /// <summary>A device by its test name; the test is ignored with the reason if this machine has none.</summary>
    public static Device Get(string name) => Opened.GetOrAdd(name, static n => n switch
    {
        "cpu, 1 thread" => Device.Open("cpu", new DeviceOptions { Threads = 1, UseTuning = false }),
        "cpu" => Device.Open("cpu", new DeviceOptions { Threads = Math.Max(3, Environment.ProcessorCount), UseTuning = false }),
        "simulator 4x16" => Device.Open("simulator", new DeviceOptions { Checked = true, WarpSize = 4, WarpsPerGroup = 16, UseTuning = false }),
        "simulator 2x2" => Device.Open("simulator", new DeviceOptions { Checked = true, WarpSize = 2, WarpsPerGroup = 2, UseTuning = false }),
        _ => Device.Open(n, new DeviceOptions { UseTuning = false }),
    });

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

/// <summary>Closes the devices when all tests have run.</summary>
[SetUpFixture]
internal sealed class TestDevicesCleanUp
{
    [OneTimeTearDown]
    public void CloseDevices() => TestDevices.Close();
}
