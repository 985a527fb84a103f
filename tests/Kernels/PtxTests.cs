using System.Linq.Expressions;
using System.Reflection;
using GpuNet.Kernels;
using GpuNet.Tests.Reference;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using NUnit.Framework;

namespace GpuNet.Tests.Kernels;

/// <summary>Every kernel of operators and optimisers compiles for CUDA: no card and no driver is needed to find that out.</summary>
[TestFixture, Parallelizable]
internal sealed class PtxTests
{
    // What the operators' cases bind on a large card, with float32 and with tf32, and on one of small groups.
    private static readonly Lazy<(MethodInfo Method, int GroupSize)[]> Cards = new(static () =>
        [.. Bound(Card, Precision.Float32).Concat(Bound(Card, Precision.TensorFloat32))
            .Concat(Bound(d => Card(d) with { MaxGroupSize = 64 }, Precision.Float32)).Distinct()]);

    [Test]
    public void Every_kernel_compiles_for_Cuda()
    {
        (MethodInfo, int)[] kernels = Cards.Value;
        Assert.That(kernels, Has.Length.GreaterThan(300));
        // Every instance for one architecture, and every kernel once for the others, on all cores.
        (MethodInfo, int)[] once = [.. kernels.DistinctBy(k => k.Item1.MetadataToken)];
        (CudaArchitecture, CudaInstructionSet, (MethodInfo, int)[])[] jobs =
        [
            .. kernels.Chunk(128).Select(part => (CudaArchitecture.SM_80, CudaInstructionSet.ISA_80, part)),
            (CudaArchitecture.SM_70, CudaInstructionSet.ISA_70, once),
            (CudaArchitecture.SM_90, CudaInstructionSet.ISA_80, once),
        ];
        Parallel.ForEach(jobs, job =>
        {
            (CudaArchitecture architecture, CudaInstructionSet instructionSet, (MethodInfo, int)[] some) = job;
            using Context context = Context.Create(
                b => b.CPU().EnableAlgorithms().Optimize(OptimizationLevel.O2).Inlining(InliningMode.Aggressive));
            using var backend = new PTXBackend(context, architecture, instructionSet, null!);
            foreach ((MethodInfo kernel, int groupSize) in some)
                Check(backend, kernel, groupSize);
        });
    }

    [Test]
    public void Every_kernel_is_bound_by_a_case()
    {
        IEnumerable<MethodInfo> all =
            from type in typeof(Operator).Assembly.GetTypes()
            where type.Name.EndsWith("Kernels", StringComparison.Ordinal)
            from method in type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
            where method.ReturnType == typeof(void) && method.GetParameters() is [{ ParameterType: var first }, ..]
                && first == typeof(ArrayView<float>)
            select method;
        HashSet<int> bound =
        [
            .. Cards.Value.Concat(Bound(d => d with { Kind = DeviceKind.OpenCL, IsProcessor = true }, Precision.Float32))
                .Select(k => k.Item1.MetadataToken),
        ];
        Assert.That(all.Where(m => !bound.Contains(m.MetadataToken)).Select(m => $"{m.DeclaringType!.Name}.{m.Name}"), Is.Empty);
    }

    private static void Check(PTXBackend backend, MethodInfo kernel, int groupSize)
    {
        HotKernelAttribute? hot = kernel.GetCustomAttribute<HotKernelAttribute>();
        if (hot is { MatrixUnits: true } && backend.Architecture.Major < 8)
            return;
        var compiled = (PTXCompiledKernel)backend.Compile(
            EntryPointDescription.FromExplicitlyGroupedKernel(kernel), new KernelSpecialization(groupSize, null));
        string name = $"{kernel.DeclaringType!.Name}.{kernel.Name}<{string.Join(", ", (object[])kernel.GetGenericArguments())}>";
        string what = $"{name} for {backend.Architecture}", code = compiled.PTXAssembly;
        Assert.That(code, Does.Contain($".maxntid {groupSize}").And.Contain(".entry"), what);
        if (hot is null)
            return;
        Assert.That(code, Does.Not.Contain(".local"), what);
        Assert.That(PtxLoops.Divisions(code), Is.Empty, what);
        if (hot.MatrixUnits)
            Assert.That(code, Does.Contain("mma.sync"), what);
        if (!hot.VectorLoads || name.Contains(nameof(Guarded), StringComparison.Ordinal)
            || name.Contains(nameof(RepeatLast), StringComparison.Ordinal))
            return;
        // Four values of 16 bits are two words.
        bool narrow = name.Contains(nameof(Bfloat16Vectors), StringComparison.Ordinal);
        Assert.That(code, Does.Contain("ld.global.v4").Or.Contain(narrow ? "global.v2" : "cp.async"), what);
    }

    private static DeviceInfo Card(DeviceInfo simulator) => simulator with
    {
        Kind = DeviceKind.Cuda,
        Multiprocessors = 132,
        WarpSize = 32,
        MaxGroupSize = 1024,
        ComputeCapability = 80,
    };

    private static List<(MethodInfo Method, int GroupSize)> Bound(Func<DeviceInfo, DeviceInfo> describe, Precision precision)
    {
        var recorder = new KernelRecorder(describe);
        using Device device = Device.Open("simulator", new DeviceOptions { Loader = recorder, Precision = precision, UseTuning = false });
        foreach (Operator op in Operators())
        {
            foreach (Candidate candidate in op.Candidates.Where(c => c.RunsOn(device)))
                candidate.Bind(device);
        }
        foreach (Optimizer optimizer in OptimizerStepTests.Optimizers)
            OptimizerStep.Bind(device, optimizer);
        AverageStep.Bind(device);
        using Arena arena = new(device, 2 * Arena.Alignment, "gradients");
        SumOfSquares.Bind(device, [arena.At(0, Shape.Vector(64))]).Dispose();
        SumOfSquares.Bind(device, [arena.At(0, Shape.Vector(63))]).Dispose();
        return recorder.Loaded;
    }

    private static IEnumerable<Operator> Operators() =>
        from type in typeof(PtxTests).Assembly.GetTypes()
        where !type.IsAbstract && type.GetInterfaces().Contains(typeof(IOperatorReference))
        from op in (IEnumerable<Operator>)type.GetProperty(nameof(IOperatorReference.Cases))!.GetValue(null)!
        select op;

    /// <summary>Stands for a device and notes what is loaded on it.</summary>
    private sealed class KernelRecorder(Func<DeviceInfo, DeviceInfo> describe) : IKernelLoader
    {
        public List<(MethodInfo Method, int GroupSize)> Loaded { get; } = [];

        public DeviceInfo Describe(DeviceInfo simulator) => describe(simulator);

        public TLaunch Load<TLaunch>(Delegate kernel, int groupSize)
            where TLaunch : Delegate
        {
            Loaded.Add((kernel.Method, groupSize));
            IEnumerable<ParameterExpression> parameters =
                typeof(TLaunch).GetMethod("Invoke")!.GetParameters().Select(p => Expression.Parameter(p.ParameterType));
            return Expression.Lambda<TLaunch>(Expression.Empty(), parameters).Compile();
        }
    }
}
