namespace GpuNet.Tests.Ptx;

/// <summary>What an instruction is applied to.</summary>
internal abstract record PtxOperand;

/// <summary>A register, a constant or a special register: in all three cases a row of 32 lanes.</summary>
/// <param name="Row">Its row.</param>
internal sealed record PtxRegister(int Row) : PtxOperand;

/// <summary>Several registers in braces.</summary>
internal sealed record PtxVector(IReadOnlyList<PtxRegister> Elements) : PtxOperand;

/// <summary>Memory in brackets: a base row, or the address of a variable, and an offset.</summary>
internal sealed record PtxAddress(int Row, string? Variable, long Offset) : PtxOperand;

/// <summary>A label, or the name of a variable.</summary>
internal sealed record PtxName(string Name) : PtxOperand;
