using System.Reflection;
using GpuNet.Kernels;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using NUnit.Framework;

namespace GpuNet.Tests.Kernels;

/// <summary>Every kernel compiles for CUDA: no card and no driver is needed to find that out.</summary>
[TestFixture, Parallelizable]
internal sealed class PtxTests
{
    // Beyond this many instances of a kernel, one type argument at a time is varied.
    private const int MaxInstances = 8;

    private static IEnumerable<MethodInfo> Kernels =>
        from type in typeof(Operator).Assembly.GetTypes()
        where type.Name.Contains("Kernels", StringComparison.Ordinal)
        from closed in Instances(type)
        from method in closed.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
        where method.ReturnType == typeof(void) && method.GetParameters() is [{ ParameterType: var first }, ..] && first == typeof(ArrayView<float>)
        where method.GetCustomAttribute<HotKernelAttribute>() is not { Processors: true }
        from kernel in Instances(method)
        select kernel;

    [Test]
    public void Every_kernel_compiles_for_Cuda()
    {
        MethodInfo[] kernels = [.. Kernels];
        Assert.That(kernels, Has.Length.GreaterThan(30));
        // Every instance for one architecture, and every kernel once for the others, on all cores.
        MethodInfo[] once = [.. kernels.DistinctBy(k => k.MetadataToken)];
        (CudaArchitecture, CudaInstructionSet, MethodInfo[])[] jobs =
        [
            .. kernels.Chunk(128).Select(part => (CudaArchitecture.SM_80, CudaInstructionSet.ISA_80, part)),
            (CudaArchitecture.SM_70, CudaInstructionSet.ISA_70, once),
            (CudaArchitecture.SM_90, CudaInstructionSet.ISA_80, once),
        ];
        Parallel.ForEach(jobs, job =>
        {
            (CudaArchitecture architecture, CudaInstructionSet instructionSet, MethodInfo[] some) = job;
            using Context context = Context.Create(b => b.CPU().EnableAlgorithms().Optimize(OptimizationLevel.O2).Inlining(InliningMode.Aggressive));
            using var backend = new PTXBackend(context, architecture, instructionSet, null!);
            foreach (MethodInfo kernel in some)
            {
                HotKernelAttribute? hot = kernel.GetCustomAttribute<HotKernelAttribute>();
                if (hot is { MatrixUnits: true } && architecture.Major < 8)
                    continue;
                var compiled = (PTXCompiledKernel)backend.Compile(
                    EntryPointDescription.FromExplicitlyGroupedKernel(kernel), new KernelSpecialization(128, null));
                string what = $"{kernel.DeclaringType!.Name}.{kernel} for {architecture}", code = compiled.PTXAssembly;
                Assert.That(code, Does.Contain(".maxntid 128").And.Contain(".entry"), what);
                if (hot is null)
                    continue;
                Assert.That(code, Does.Not.Contain(".local"), what);
                Assert.That(PtxLoops.Divisions(code), Is.Empty, what);
                if (hot.MatrixUnits)
                    Assert.That(code, Does.Contain("mma.sync"), what);
                // Four values of 16 bits are two words.
                if (hot.VectorLoads && kernel.ToString()!.Contains("Bfloat16", StringComparison.Ordinal))
                    Assert.That(code, Does.Contain("global.v2"), what);
                else if (hot.VectorLoads && !kernel.ToString()!.Contains("Guarded", StringComparison.Ordinal))
                    Assert.That(code, Does.Contain("ld.global.v4").Or.Contain("cp.async"), what);
            }
        });
    }

    private static IEnumerable<Type> Instances(Type type) =>
        !type.IsGenericTypeDefinition ? [type] : Arguments(type.GetGenericArguments()).Select(type.MakeGenericType);

    private static IEnumerable<MethodInfo> Instances(MethodInfo method) =>
        !method.IsGenericMethodDefinition ? [method] : Arguments(method.GetGenericArguments()).Select(method.MakeGenericMethod);

    // Every combination of the types that satisfy the parameters, as long as there are few.
    private static IEnumerable<Type[]> Arguments(Type[] parameters)
    {
        Type[][] choices = [.. parameters.Select(p => Choices(p).ToArray())];
        if (choices.Aggregate(1L, (n, c) => n * c.Length) <= MaxInstances)
            return choices.Aggregate((IEnumerable<Type[]>)[[]], (all, some) => all.SelectMany(a => some.Select(s => (Type[])[.. a, s])));
        Type[] first = [.. choices.Select(c => c[0])];
        return choices.SelectMany((some, i) => some.Skip(i == 0 ? 0 : 1).Select(s => (Type[])[.. first.Select((f, j) => j == i ? s : f)]));
    }

    private static IEnumerable<Type> Choices(Type parameter)
    {
        Type constraint = parameter.GetGenericParameterConstraints().Single(c => c.IsInterface);
        return
            from type in constraint.Assembly.GetTypes()
            where type.IsValueType && type.GetInterfaces().Contains(constraint)
            // Weights and sums are float32.
            where parameter.Name != "TAccess" || type != typeof(Bfloat16Vectors)
            // What is varied one at a time is varied from vectors of floats.
            orderby type.Name.Contains("Bfloat16", StringComparison.Ordinal), type != typeof(Vectors)
            from closed in Ends(Instances(type))
            select closed;
    }

    // The first and the last: what an activation is a part of is compiled with each of them elsewhere.
    private static IEnumerable<Type> Ends(IEnumerable<Type> instances) => ((Type[])[instances.First(), instances.Last()]).Distinct();
}
