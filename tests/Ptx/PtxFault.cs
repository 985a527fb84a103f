namespace GpuNet.Tests.Ptx;

/// <summary>What a card would refuse, get wrong or leave undefined in a kernel's PTX, or what the interpreter does not know.</summary>
internal sealed class PtxFault(string message, Exception? cause = null) : Exception(message, cause);
