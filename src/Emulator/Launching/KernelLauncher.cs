using System.Reflection;
using GpuNet.Emulation;
using ILGPU.Runtime.CPU;

namespace ILGPU.Runtime;

/// <summary>Calls a kernel for one lane after another until <see cref="Lane.Next"/> says no.</summary>
internal delegate void LaneLoop<TArguments>(Lane lane, in TArguments arguments) where TArguments : struct;

/// <summary>A loaded kernel.</summary>
/// <typeparam name="TArguments">A tuple of the arguments.</typeparam>
internal sealed class KernelLauncher<TArguments> where TArguments : struct
{
    private readonly Accelerator accelerator;
    private readonly KernelSpecialization specialization;
    private readonly LaneLoop<TArguments> loop;
    private readonly string name;
    private readonly string[] parameters;
    private ArgumentLaunch? idle;

    internal KernelLauncher(Accelerator accelerator, MethodInfo method, int skippedParameters, KernelSpecialization specialization,
        LaneLoop<TArguments> loop)
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        accelerator.ThrowIfDisposed();
        this.accelerator = accelerator;
        this.specialization = specialization;
        this.loop = loop;
        name = method.DeclaringType is { } type ? $"{type.Name}.{method.Name}" : method.Name;
        parameters = [.. method.GetParameters().Skip(skippedParameters).Select(parameter => parameter.Name ?? "argument")];
    }

    internal void Launch(AcceleratorStream stream, in KernelConfig config, in TArguments arguments)
    {
        Verify(stream, config);
        ArgumentLaunch launch = Interlocked.Exchange(ref idle, null) ?? new ArgumentLaunch(accelerator, name, loop);
        if (accelerator.Context.ChecksKernels)
        {
            lock (accelerator.CheckedGate)
                launch.Run(config, ArgumentNames.Apply(arguments, parameters), isSequential: true);
        }
        else
        {
            launch.Run(config, arguments, accelerator is CPUAccelerator { Mode: CPUAcceleratorMode.Sequential });
        }
        idle = launch;
    }

    private void Verify(AcceleratorStream stream, in KernelConfig config)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.ThrowIfDisposed();
        if (stream.Accelerator != accelerator)
            throw new ArgumentException($"kernel '{name}' was loaded on another accelerator than that of the stream", nameof(stream));
        if (!config.IsValid)
            throw new ArgumentException($"kernel '{name}': {config.GridDim} groups of {config.GroupDim} threads are none", nameof(config));
        int most = Math.Min(accelerator.MaxNumThreadsPerGroup, specialization.MaxNumThreadsPerGroup ?? int.MaxValue);
        if (config.GroupDim.LongSize > most)
            throw new NotSupportedException($"kernel '{name}': a group of {config.GroupDim} threads, but device and kernel allow {most}");
        Index3D limit = accelerator.MaxGridSize;
        if (config.GridDim.LongSize > int.MaxValue || config.GridDim.Y > limit.Y || config.GridDim.Z > limit.Z)
            throw new NotSupportedException($"kernel '{name}': a grid of {config.GridDim} groups, but devices allow {limit}");
    }

    private sealed class ArgumentLaunch(Accelerator accelerator, string name, LaneLoop<TArguments> loop) : Launch(accelerator, name)
    {
        private TArguments arguments;

        internal void Run(in KernelConfig config, in TArguments arguments, bool isSequential)
        {
            this.arguments = arguments;
            try
            {
                Run(config, isSequential);
            }
            finally
            {
                // The arguments kept their buffers alive; they shall not do so until the next launch.
                this.arguments = default;
            }
        }

        internal override void RunLanes(Lane lane) => loop(lane, in arguments);
    }
}
