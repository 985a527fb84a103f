using NUnit.Framework;
#if !GPUNET_EMULATOR
using System.Reflection;
using GpuNet.Kernels;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
#endif

namespace GpuNet.Tests.Kernels;

/// <summary>Every kernel compiles for CUDA: no card and no driver is needed to find that out.</summary>
[TestFixture]
internal sealed class PtxTests
{
#if GPUNET_EMULATOR
    [Test]
    public void Every_kernel_compiles_for_Cuda() => Assert.Ignore(Device.KernelApiNote);
#else
    private static readonly (CudaArchitecture Architecture, CudaInstructionSet InstructionSet)[] Targets =
        [(CudaArchitecture.SM_70, CudaInstructionSet.ISA_70), (CudaArchitecture.SM_80, CudaInstructionSet.ISA_80), (CudaArchitecture.SM_90, CudaInstructionSet.ISA_80)];

    private static IEnumerable<MethodInfo> Kernels =>
        from type in typeof(Operator).Assembly.GetTypes()
        where type.Name.Contains("Kernels", StringComparison.Ordinal)
        from closed in Close(type)
        from method in closed.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
        where method.ReturnType == typeof(void) && method.GetParameters() is [{ ParameterType: var first }, ..] && first == typeof(ArrayView<float>)
        from kernel in Close(method)
        select kernel;

    [Test]
    public void Every_kernel_compiles_for_Cuda()
    {
        using Context context = Context.Create(b => b.CPU().EnableAlgorithms().Optimize(OptimizationLevel.O2));
        MethodInfo[] kernels = [.. Kernels];
        Assert.That(kernels, Has.Length.GreaterThan(30));
        foreach ((CudaArchitecture architecture, CudaInstructionSet instructionSet) in Targets)
        {
            using var backend = new PTXBackend(context, architecture, instructionSet, null!);
            foreach (MethodInfo kernel in kernels)
            {
                var compiled = (PTXCompiledKernel)backend.Compile(
                    EntryPointDescription.FromExplicitlyGroupedKernel(kernel), new KernelSpecialization(128, null));
                Assert.That(compiled.PTXAssembly, Does.Contain(".maxntid 128").And.Contain(".entry"), $"{kernel.DeclaringType!.Name}.{kernel.Name} for {architecture}");
            }
        }
    }

    // Generic kernels are generic over activations.
    private static IEnumerable<Type> Close(Type type) => !type.IsGenericTypeDefinition ? [type] : Activations.Select(a => type.MakeGenericType(a));

    private static IEnumerable<MethodInfo> Close(MethodInfo method) =>
        !method.IsGenericMethodDefinition ? [method] : Activations.Select(a => method.MakeGenericMethod(a));

    private static IEnumerable<Type> Activations =>
        typeof(Operator).Assembly.GetTypes().Where(t => t.IsValueType && t.GetInterfaces().Any(i => i.Name == "IActivation"));
#endif
}
