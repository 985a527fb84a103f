namespace GpuNet.Tests.Ptx;

/// <summary>One instruction as it is written.</summary>
/// <param name="Guard">Row of the predicate before it; -1 without one.</param>
/// <param name="Negated">Whether the predicate is negated.</param>
/// <param name="Opcode">The instruction with its modifiers, such as <c>add.s32</c>.</param>
/// <param name="Operands">The operands.</param>
/// <param name="Text">The whole, for messages.</param>
internal sealed record PtxStatement(int Guard, bool Negated, string Opcode, IReadOnlyList<PtxOperand> Operands, string Text);

/// <summary>A variable in shared or local memory, or a parameter.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">Where it lies in its state space.</param>
/// <param name="Bytes">Its size.</param>
internal sealed record PtxVariable(string Name, int Address, int Bytes);
