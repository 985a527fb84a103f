namespace GpuNet.Emulation;

/// <summary>A kernel broke the rules of the programming model. The message names kernel, group, lane, view and element.</summary>
public sealed class KernelFaultException : Exception
{
    /// <summary>A fault of an unknown kind.</summary>
    public KernelFaultException()
    {
    }

    /// <summary>A fault of an unknown kind.</summary>
    public KernelFaultException(string message) : base(message)
    {
    }

    /// <summary>A fault with a cause.</summary>
    public KernelFaultException(string message, Exception innerException) : base(message, innerException)
    {
    }

    /// <summary>A fault.</summary>
    /// <param name="fault">What the kernel did wrong.</param>
    /// <param name="message">Where and how.</param>
    public KernelFaultException(KernelFault fault, string message) : base(message) => Fault = fault;

    /// <summary>What the kernel did wrong.</summary>
    public KernelFault Fault { get; }
}
