using System.Numerics;
using System.Runtime.CompilerServices;

namespace GpuNet.Tests.Ptx;

/// <summary>
/// Binds statements to what they do. What the table lacks is a fault, so that a new instruction is noticed and added with its meaning
/// from the PTX ISA (docs.nvidia.com/cuda/parallel-thread-execution).
/// </summary>
internal static partial class PtxAssembler
{
    /// <summary>Binds a statement.</summary>
    /// <exception cref="PtxFault">The instruction is not known, or not with these operands.</exception>
    public static PtxInstruction Bind(PtxSource source, PtxStatement statement)
    {
        string[] parts = statement.Opcode.Split('.');
        PtxInstruction Plain(PtxOperation run) => new(statement, PtxFlow.Next, -1, run);
        return parts[0] switch
        {
            "bra" when statement.Operands is [PtxName label] && source.Labels.TryGetValue(label.Name, out int target) =>
                new PtxInstruction(statement, PtxFlow.Branch, target, Nothing),
            "ret" or "exit" => new PtxInstruction(statement, PtxFlow.Exit, -1, Nothing),
            "bar" or "barrier" when statement.Opcode is "bar.sync" or "barrier.sync" && IsConstant(source, statement, 0) =>
                new PtxInstruction(statement, PtxFlow.Barrier, -1, Nothing),
            "mma" => new PtxInstruction(statement, PtxFlow.Collective, -1, Multiply(statement)),
            "ldmatrix" => new PtxInstruction(statement, PtxFlow.Collective, -1, LoadMatrix(source, statement)),
            "ld" or "st" => Plain(LoadOrStore(source, statement, parts)),
            "cp" => Plain(CopyAsync(source, statement)),
            "cvt" => Plain(Convert(statement)),
            "cvta" when statement.Opcode is "cvta.to.global.u64" => Plain(Lanes(statement, static a => a)),
            "setp" when parts.Length == 3 => Plain(Lanes(statement, Comparison(parts[1], parts[2], statement))),
            "mov" when statement.Operands is [PtxRegister, PtxName variable] =>
                Plain(Fill(statement, (ulong)Variable(source, variable.Name).Address)),
            _ => Plain(Arithmetic(statement)),
        };
    }

    private static void Nothing(PtxWarp warp, uint lanes)
    {
    }

    private static bool IsConstant(PtxSource source, PtxStatement statement, ulong value) =>
        statement.Operands is [PtxRegister r] && source.Constants.TryGetValue(value, out int row) && row == r.Row;

    private static PtxFault Unknown(PtxStatement statement) => new($"The interpreter does not know this instruction: {statement.Text}");

    private static PtxVariable Variable(PtxSource source, string name) =>
        source.Shared.Concat(source.Local).FirstOrDefault(v => v.Name == name)
            ?? throw new PtxFault($"No such variable or register: {name}");

    // First elements of the rows of operands that are all registers.
    private static int[] Rows(PtxStatement statement, int count) =>
        statement.Operands.Count == count && statement.Operands.All(o => o is PtxRegister)
            ? [.. statement.Operands.Select(o => ((PtxRegister)o).Row * PtxWarp.Size)]
            : throw new PtxFault($"Expected {count} registers: {statement.Text}");

    private static PtxOperation Fill(PtxStatement statement, ulong value)
    {
        int d = ((PtxRegister)statement.Operands[0]).Row * PtxWarp.Size;
        return [MethodImpl(MethodImplOptions.AggressiveOptimization)] (warp, lanes) =>
        {
            for (; lanes != 0; lanes &= lanes - 1)
                warp.Rows[d + BitOperations.TrailingZeroCount(lanes)] = value;
        };
    }

    private static PtxOperation Lanes(PtxStatement statement, Func<ulong, ulong> of)
    {
        int[] at = Rows(statement, 2);
        (int d, int a) = (at[0], at[1]);
        return [MethodImpl(MethodImplOptions.AggressiveOptimization)] (warp, lanes) =>
        {
            ulong[] rows = warp.Rows;
            for (int l = 0; lanes == uint.MaxValue && l < PtxWarp.Size; l++)
                rows[d + l] = of(rows[a + l]);
            for (lanes = lanes == uint.MaxValue ? 0 : lanes; lanes != 0; lanes &= lanes - 1)
            {
                int l = BitOperations.TrailingZeroCount(lanes);
                rows[d + l] = of(rows[a + l]);
            }
        };
    }

    private static PtxOperation Lanes(PtxStatement statement, Func<ulong, ulong, ulong> of)
    {
        int[] at = Rows(statement, 3);
        (int d, int a, int b) = (at[0], at[1], at[2]);
        return [MethodImpl(MethodImplOptions.AggressiveOptimization)] (warp, lanes) =>
        {
            ulong[] rows = warp.Rows;
            for (int l = 0; lanes == uint.MaxValue && l < PtxWarp.Size; l++)
                rows[d + l] = of(rows[a + l], rows[b + l]);
            for (lanes = lanes == uint.MaxValue ? 0 : lanes; lanes != 0; lanes &= lanes - 1)
            {
                int l = BitOperations.TrailingZeroCount(lanes);
                rows[d + l] = of(rows[a + l], rows[b + l]);
            }
        };
    }

    private static PtxOperation Lanes(PtxStatement statement, Func<ulong, ulong, ulong, ulong> of)
    {
        int[] at = Rows(statement, 4);
        (int d, int a, int b, int c) = (at[0], at[1], at[2], at[3]);
        return [MethodImpl(MethodImplOptions.AggressiveOptimization)] (warp, lanes) =>
        {
            ulong[] rows = warp.Rows;
            for (int l = 0; lanes == uint.MaxValue && l < PtxWarp.Size; l++)
                rows[d + l] = of(rows[a + l], rows[b + l], rows[c + l]);
            for (lanes = lanes == uint.MaxValue ? 0 : lanes; lanes != 0; lanes &= lanes - 1)
            {
                int l = BitOperations.TrailingZeroCount(lanes);
                rows[d + l] = of(rows[a + l], rows[b + l], rows[c + l]);
            }
        };
    }
}
