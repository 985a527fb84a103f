using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;

namespace GpuNet.Tests.Ptx;

/// <summary>
/// Stands for a CUDA card of some generation: compiles kernels to its PTX, as they would be there, and interprets that over the
/// simulator's memory. So whole operators run as they would on a card, though slowly.
/// </summary>
/// <param name="capability">Its compute capability, ten times the generation plus the variant.</param>
/// <param name="maxGroupSize">Most threads of a group that it takes.</param>
/// <param name="isProcessor">Whether it says that it is a processor behind OpenCL, for which operators choose other kernels.</param>
internal sealed unsafe class PtxLoader(int capability, int maxGroupSize = 1024, bool isProcessor = false) : IKernelLoader
{
    // The state of memory outlives a launch, and not its buffer.
    private static readonly ConditionalWeakTable<MemoryBuffer, PtxShadow> Shadows = [];

    // One for all devices: they differ in what they take, not in the code.
    private static readonly ConcurrentDictionary<(int Capability, MethodInfo Method, int GroupSize), Lazy<PtxKernel>> Kernels = [];

    // Of each thread that compiles and each capability.
    private static readonly ConcurrentDictionary<(int Thread, int Capability), PTXBackend> Backends = [];

    public DeviceInfo Describe(DeviceInfo simulator) => simulator with
    {
        Name = $"ptx {capability}",
        Kind = isProcessor ? DeviceKind.OpenCL : DeviceKind.Cuda,
        Description = "CUDA code, interpreted",
        Multiprocessors = 2,
        WarpSize = PtxWarp.Size,
        MaxGroupSize = maxGroupSize,
        ComputeCapability = isProcessor ? 0 : capability,
        IsProcessor = isProcessor,
    };

    public TLaunch Load<TLaunch>(Delegate kernel, int groupSize)
        where TLaunch : Delegate
    {
        Lazy<PtxKernel> compiled = Kernels.GetOrAdd(
            (capability, kernel.Method, groupSize), static key => new(() => Compile(key.Capability, key.Method, key.GroupSize)));
        return groupSize <= maxGroupSize ? Launch<TLaunch>(compiled.Value)
            : throw new PtxFault($"{compiled.Value.Title}: groups of {groupSize} threads on a device that takes {maxGroupSize}");
    }

    // The delegate of this type that gathers the arguments and interprets.
    private static TLaunch Launch<TLaunch>(PtxKernel kernel)
        where TLaunch : Delegate
    {
        ParameterExpression[] parameters =
            [.. typeof(TLaunch).GetMethod("Invoke")!.GetParameters().Select(p => Expression.Parameter(p.ParameterType))];
        NewArrayExpression arguments = Expression.NewArrayInit(typeof(object),
            parameters.Skip(2).Select(p => Expression.Convert(p, typeof(object))));
        MethodInfo run = typeof(PtxLoader).GetMethod(nameof(Run), BindingFlags.NonPublic | BindingFlags.Static)!;
        return Expression.Lambda<TLaunch>(Expression.Call(run, Expression.Constant(kernel), parameters[1], arguments), parameters)
            .Compile();
    }

    private static PtxKernel Compile(int capability, MethodInfo method, int groupSize)
    {
        var compiled = (PTXCompiledKernel)Backend(capability).Compile(
            EntryPointDescription.FromExplicitlyGroupedKernel(method), new KernelSpecialization(groupSize, null));
        try
        {
            return new PtxKernel(compiled.PTXAssembly, method);
        }
        catch (PtxFault fault)
        {
            throw new PtxFault($"{method.DeclaringType!.Name}.{method.Name}: {fault.Message}", cause: fault);
        }
    }

    private static PTXBackend Backend(int capability) => Backends.GetOrAdd(
        (Environment.CurrentManagedThreadId, capability), static key => new PTXBackend(
        Context.Create(static b => b.CPU().EnableAlgorithms().Optimize(OptimizationLevel.O2).Inlining(InliningMode.Aggressive)),
        new CudaArchitecture(key.Capability / 10, key.Capability % 10),
        key.Capability >= 80 ? CudaInstructionSet.ISA_80 : CudaInstructionSet.ISA_70, null!));

    private static void Run(PtxKernel kernel, KernelConfig config, object[] arguments)
    {
        if (config.GroupDim.Y != 1 || config.GroupDim.Z != 1)
            throw new PtxFault("groups have one axis");
        var memory = new PtxMemory();
        var bytes = new byte[kernel.Source.ParameterBytes];
        if (arguments.Length != kernel.Source.Parameters.Count)
            throw new PtxFault($"{kernel.Title} takes {kernel.Source.Parameters.Count} arguments, got {arguments.Length}");
        for (int i = 0; i < arguments.Length; i++)
        {
            PtxVariable parameter = kernel.Source.Parameters[i];
            Span<byte> target = bytes.AsSpan(parameter.Address, parameter.Bytes);
            if (arguments[i] is ArrayView<float> view)
            {
                BitConverter.TryWriteBytes(target, Add(memory, view, kernel.Arguments[i]));
                BitConverter.TryWriteBytes(target[sizeof(long)..], view.Length);
                continue;
            }
            var handle = GCHandle.Alloc(arguments[i], GCHandleType.Pinned);
            int size = Marshal.SizeOf(arguments[i]);
            if (size != parameter.Bytes)
                throw new PtxFault($"{kernel.Title}: {kernel.Arguments[i]} has {size} bytes, its parameter {parameter.Bytes}");
            new ReadOnlySpan<byte>((void*)handle.AddrOfPinnedObject(), parameter.Bytes).CopyTo(target);
            handle.Free();
        }
        kernel.Run(memory, bytes, new GroupCount(config.GridDim.X, config.GridDim.Y, config.GridDim.Z), config.GroupDim.X);
    }

    private static ulong Add(PtxMemory memory, ArrayView<float> view, string name)
    {
        if (view.Length == 0)
            return memory.Add(null, 0, 0, new PtxShadow(0), name);
        MemoryBuffer buffer = ((IArrayView)view).Buffer;
        ObjectDisposedException.ThrowIf(buffer.IsDisposed, buffer);
        long first = ((IContiguousArrayView)view).Index * sizeof(float);
        PtxShadow shadow = Shadows.GetValue(buffer, static b => new PtxShadow(b.LengthInBytes));
        return memory.Add((byte*)buffer.NativePtr + first, view.LengthInBytes, first, shadow, name);
    }
}
