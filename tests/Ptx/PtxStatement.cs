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
internal sealed record PtxVariable(string Name, int Address, int Bytes)
{
    /// <summary>The variable, of several, in which an access lies.</summary>
    /// <exception cref="PtxFault">It lies in none, or is not aligned.</exception>
    public static PtxVariable At(IReadOnlyList<PtxVariable> variables, ulong address, int bytes, int thread)
    {
        PtxVariable? nearest = null;
        for (int i = 0; i < variables.Count; i++)
        {
            PtxVariable v = variables[i];
            if (address >= (ulong)v.Address && address + (ulong)bytes <= (ulong)(v.Address + v.Bytes))
                return (address & (uint)(bytes - 1)) == 0
                    ? v : throw new PtxFault($"{v.Element(address, bytes)} is not aligned to {bytes} bytes", thread);
            if (nearest is null || Math.Abs((long)address - v.Address) < Math.Abs((long)address - nearest.Address))
                nearest = v;
        }
        throw new PtxFault($"{nearest?.Element(address, bytes) ?? $"address {address}"} is outside the variable", thread);
    }

    /// <summary>What lies at an address, as an element of the variable.</summary>
    public string Element(ulong address, int bytes) => PtxFault.Element(Name, (long)address - Address, bytes, Bytes);
}
