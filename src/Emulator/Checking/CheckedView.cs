using ILGPU.Runtime;

namespace GpuNet.Emulation;

/// <summary>What a view knows about itself while kernels are checked.</summary>
internal sealed class CheckedView(MemoryBlock block, long offset, long length)
{
    internal MemoryBlock Block { get; } = block;

    /// <summary>The first byte, counted from the start of the block.</summary>
    internal long Offset { get; private init; } = offset;

    /// <summary>The number of elements.</summary>
    internal long Length { get; private init; } = length;

    /// <summary>The name of the kernel's parameter, or what kind of memory it is.</summary>
    internal string Name { get; private init; } = block.Name;

    /// <summary>Where the kernel's argument started that this view is a part of; -1 for other memory.</summary>
    internal long ArgumentOffset { get; private init; } = -1;

    internal CheckedView AsArgument(string name) => new(Block, Offset, Length) { Name = name, ArgumentOffset = Offset };

    internal CheckedView Part(long offset, long length) =>
        new(Block, Offset + offset, length) { Name = Name, ArgumentOffset = ArgumentOffset };

    internal CheckedView Resized(long length) => Part(0, length);

    /// <summary>Checks the access of the current lane, or of the host, to one element, and remembers it.</summary>
    internal void Access(long index, int size, bool isWrite)
    {
        Block.ThrowIfDisposed();
        string verb = isWrite ? "write" : "read";
        if ((ulong)index >= (ulong)Length)
            throw Faults.Create(KernelFault.OutOfBounds, $"{verb} of element {index} of '{Name}', which has {Length}");
        Lane? lane = Lane.TryCurrent;
        switch (Block.Shadow!.Access(Offset + index * size, size, isWrite, lane, out Access other))
        {
            case Shadow.Verdict.Unwritten:
                throw Faults.Create(KernelFault.Unwritten, $"read of element {index} of '{Name}', which nothing has written");
            case Shadow.Verdict.Race:
                string others = $"{lane!.Group.Describe(other)} {(other.IsWrite ? "wrote" : "read")}";
                throw Faults.Create(KernelFault.Race, $"{verb} of element {index} of '{Name}', which {others} with no barrier between");
        }
    }

    /// <summary>The fault of a view that is not checked otherwise.</summary>
    internal static KernelFaultException OutOfBounds(long length, long index, bool isWrite) =>
        Faults.Create(KernelFault.OutOfBounds, $"{(isWrite ? "write" : "read")} of element {index} of a view of {length}");
}
