using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NUnit.Framework;

namespace GpuNet.Tests.Runtime;

/// <summary>Recording launches: the calls CUDA's driver sees, and what is said where there is none.</summary>
[TestFixture]
internal sealed unsafe class LaunchGraphTests
{
    private const nint Stream = 7, Graph = 11, Executable = 13;

    // What the driver that stands in for CUDA's was asked, and what it is to refuse.
    private static readonly List<string> Calls = [];
    private static string refused = "";

    [SetUp]
    public void ForgetCalls()
    {
        Calls.Clear();
        refused = "";
    }

    [Test]
    public void A_missing_driver_is_an_obstacle()
    {
        Assert.That(CudaGraphApi.Load("no-such-driver.so.1", out string obstacle), Is.Null);
        Assert.That(obstacle, Is.EqualTo("no-such-driver.so.1 was not found"));
    }

    [Test]
    public void An_old_driver_is_an_obstacle()
    {
        Assert.That(CudaGraphApi.From(name => name == "cuGraphInstantiateWithFlags" ? 0 : Driver(name), out string obstacle), Is.Null);
        Assert.That(obstacle, Is.EqualTo("the driver is older than CUDA 11.4 and has no cuGraphInstantiateWithFlags"));
        Assert.That(CudaGraphApi.Load(OperatingSystem.IsWindows()
            ? "kernel32" : OperatingSystem.IsMacOS() ? "libSystem.dylib" : "libc.so.6", out obstacle), Is.Null);
        Assert.That(obstacle, Does.Contain("has no cuStreamBeginCapture_v2"));
    }

    [Test]
    public void Launches_are_recorded_once_and_repeated()
    {
        int bound = 0;
        var recorder = new CudaLaunchRecorder(CudaGraphApi.From(Driver, out _)!, () => bound++, Stream);
        using (LaunchGraph graph = recorder.Record(() => Calls.Add("launches")))
        {
            graph.Launch();
            graph.Launch();
        }
        Assert.That(Calls, Is.EqualTo((string[])["begin 7", "launches", "end 7", "instantiate 11", "destroy 11", "launch 13 on 7",
            "launch 13 on 7", "wait 7", "destroy executable 13"]));
        Assert.That(bound, Is.EqualTo(4), "the context is the thread's before every call");
    }

    [TestCase("begin", "cuStreamBeginCapture_v2: CUDA_ERROR_REFUSED", "begin 7")]
    [TestCase("end", "cuStreamEndCapture: CUDA_ERROR_REFUSED", "begin 7, launches, end 7")]
    [TestCase("instantiate", "cuGraphInstantiateWithFlags: CUDA_ERROR_REFUSED", "begin 7, launches, end 7, instantiate 11, destroy 11")]
    public void A_driver_that_refuses_is_named(string call, string message, string calls)
    {
        refused = call;
        var recorder = new CudaLaunchRecorder(CudaGraphApi.From(Driver, out _)!, static () => { }, Stream);
        Assert.That(() => recorder.Record(() => Calls.Add("launches")), Throws.TypeOf<GpuNetException>().With.Message.EqualTo(message));
        Assert.That(string.Join(", ", Calls), Is.EqualTo(calls));
    }

    [Test]
    public void A_launch_that_fails_ends_the_record()
    {
        var recorder = new CudaLaunchRecorder(CudaGraphApi.From(Driver, out _)!, static () => { }, Stream);
        Assert.That(() => recorder.Record(() => throw new GpuNetException("too many groups")),
            Throws.TypeOf<GpuNetException>().With.Message.EqualTo("too many groups"));
        Assert.That(Calls, Is.EqualTo((string[])["begin 7", "end 7", "destroy 11"]));
    }

    [Test]
    public void A_graph_that_is_gone_is_not_launched()
    {
        var recorder = new CudaLaunchRecorder(CudaGraphApi.From(Driver, out _)!, static () => { }, Stream);
        LaunchGraph graph = recorder.Record(static () => { });
        graph.Dispose();
        graph.Dispose();
        Assert.That(graph.Launch, Throws.TypeOf<ObjectDisposedException>());
        Assert.That(Calls.Count(c => c == "destroy executable 13"), Is.EqualTo(1));
    }

    [Test]
    public void Devices_say_why_they_record_nothing()
    {
        Assert.That(TestDevices.Get("cpu").GraphObstacle, Is.EqualTo("host code is called, not launched"));
        Device simulator = TestDevices.Get("simulator 4x16");
        Assert.That(simulator.Capture(() => Assert.Fail("nothing is run either"), out string obstacle), Is.Null);
        Assert.That(obstacle, Is.EqualTo("the simulator has no graphs"));
        Assert.That(Device.All().Where(d => d.Kind == DeviceKind.OpenCL && d.Usable).Select(d => d.GraphObstacle),
            Is.All.EqualTo("OpenCL has no graphs"));
    }

    [Test]
    public void A_card_records_unless_it_is_switched_off()
    {
        if (!TestDevices.Names.Contains("cuda"))
            Assert.Ignore(Device.All().First(d => d.Kind == DeviceKind.Cuda).Note);
        using Device off = Device.Open("cuda", new DeviceOptions { Graphs = false });
        Assert.That(TestDevices.Get("cuda").GraphObstacle, Is.Empty);
        Assert.That(off.GraphObstacle, Is.EqualTo("switched off by DeviceOptions.Graphs"));
    }

    [Test]
    public void A_card_repeats_what_was_recorded()
    {
        if (!TestDevices.Names.Contains("cuda"))
            Assert.Ignore(Device.All().First(d => d.Kind == DeviceKind.Cuda).Note);
        Device device = TestDevices.Get("cuda");
        var shape = Shape.Vector(1000);
        using var memory = new Arena(device, shape.Bytes, "a test");
        Tensor tensor = memory.At(0, shape);
        float[] ones = [.. Enumerable.Repeat(1f, 1000)];
        void Clear() => device.Zero.Run(600, tensor.View, 600);
        Clear();
        using LaunchGraph? graph = device.Capture(Clear, out string obstacle);
        Assert.That(graph, Is.Not.Null, obstacle);
        for (int i = 0; i < 3; i++)
        {
            tensor.Upload(ones);
            Assert.That(tensor.ToArray(), Is.All.EqualTo(1f), "recording runs nothing");
            graph!.Launch();
            Assert.That(tensor.ToArray(), Is.EqualTo(ones.Select((_, at) => at < 600 ? 0f : 1f)));
        }
    }

    private static nint Driver(string name) => name switch
    {
        "cuStreamBeginCapture_v2" => (nint)(delegate* unmanaged<nint, int, int>)&Begin,
        "cuStreamEndCapture" => (nint)(delegate* unmanaged<nint, nint*, int>)&End,
        "cuGraphInstantiateWithFlags" => (nint)(delegate* unmanaged<nint*, nint, ulong, int>)&Instantiate,
        "cuGraphLaunch" => (nint)(delegate* unmanaged<nint, nint, int>)&Launch,
        "cuGraphDestroy" => (nint)(delegate* unmanaged<nint, int>)&DestroyGraph,
        "cuGraphExecDestroy" => (nint)(delegate* unmanaged<nint, int>)&DestroyExecutable,
        "cuStreamSynchronize" => (nint)(delegate* unmanaged<nint, int>)&Synchronize,
        "cuGetErrorName" => (nint)(delegate* unmanaged<int, byte**, int>)&ErrorName,
        _ => 0,
    };

    private static int Answer(string call)
    {
        Calls.Add(call);
        return refused.Length > 0 && call.StartsWith(refused, StringComparison.Ordinal) ? 900 : 0;
    }

    [UnmanagedCallersOnly]
    private static int Begin(nint stream, int mode) => Answer($"begin {stream}");

    [UnmanagedCallersOnly]
    private static int End(nint stream, nint* graph)
    {
        int result = Answer($"end {stream}");
        *graph = result == 0 ? Graph : 0;
        return result;
    }

    [UnmanagedCallersOnly]
    private static int Instantiate(nint* executable, nint graph, ulong flags)
    {
        *executable = Executable;
        return Answer($"instantiate {graph}");
    }

    [UnmanagedCallersOnly]
    private static int Launch(nint executable, nint stream) => Answer($"launch {executable} on {stream}");

    [UnmanagedCallersOnly]
    private static int DestroyGraph(nint graph) => Answer($"destroy {graph}");

    [UnmanagedCallersOnly]
    private static int DestroyExecutable(nint executable) => Answer($"destroy executable {executable}");

    [UnmanagedCallersOnly]
    private static int Synchronize(nint stream) => Answer($"wait {stream}");

    [UnmanagedCallersOnly]
    private static int ErrorName(int result, byte** name)
    {
        *name = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference("CUDA_ERROR_REFUSED\0"u8));
        return result == 900 ? 0 : 1;
    }
}
