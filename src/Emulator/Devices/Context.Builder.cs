using ILGPU.Runtime;

namespace ILGPU;

public sealed partial class Context
{
    /// <summary>Collects devices and settings of a <see cref="Context"/>; every member returns the builder.</summary>
    public sealed class Builder
    {
        private readonly List<Device> devices = [];
        private bool checksKernels;

        internal Builder()
        {
        }

        /// <summary>All devices with default settings.</summary>
        public Builder Default() => AllAccelerators();

        /// <summary>Registers every device there is: the default CPU device.</summary>
        public Builder AllAccelerators() => Register(Runtime.CPU.CPUDevice.Default);

        /// <summary>Registers the devices that satisfy a condition.</summary>
        public Builder AllAccelerators(Predicate<Device> predicate)
        {
            ArgumentNullException.ThrowIfNull(predicate);
            return predicate(Runtime.CPU.CPUDevice.Default) ? AllAccelerators() : this;
        }

        /// <summary>
        /// Switches the checked mode on: each access of a kernel is checked for bounds, for memory that nothing wrote, for races and
        /// for alignment, and each barrier for being reached by the whole group. It is ten to fifty times slower.
        /// </summary>
        public Builder Assertions()
        {
            checksKernels = true;
            return this;
        }

        /// <summary>Accepted; a debugger is the condition of ILGPU's assertions, and it is ignored here.</summary>
        public Builder AutoAssertions() => this;

        /// <summary>Accepted; .NET's compiler decides.</summary>
        public Builder Inlining(InliningMode inliningMode) => this;

        /// <summary>Accepted; .NET's compiler decides.</summary>
        public Builder Optimize(OptimizationLevel optimizationLevel) => this;

        /// <summary>Accepted; functions have full precision.</summary>
        public Builder Math(MathMode mathMode) => this;

        /// <summary>Accepted; a .NET debugger steps through kernels.</summary>
        public Builder Debug() => this;

        /// <summary>Accepted; there is nothing to verify.</summary>
        public Builder Verify() => this;

        /// <summary>Accepted; streams are not profiled.</summary>
        public Builder Profiling() => this;

        /// <summary>The context of what was chosen.</summary>
        public Context ToContext() => new([.. devices], checksKernels);

        /// <summary>Adds a device unless an equal one is there.</summary>
        internal Builder Register(Device device)
        {
            ArgumentNullException.ThrowIfNull(device);
            if (!devices.Contains(device))
                devices.Add(device);
            return this;
        }
    }
}
