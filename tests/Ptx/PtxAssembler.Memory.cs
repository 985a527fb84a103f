using System.Numerics;
using System.Runtime.CompilerServices;

namespace GpuNet.Tests.Ptx;

internal static partial class PtxAssembler
{
    private enum Space
    {
        Global,
        Shared,
        Local,
    }

    // ld.space[.v2|.v4].type d, [a]    st.space[.v2|.v4].type [a], s
    private static PtxOperation LoadOrStore(PtxSource source, PtxStatement statement, string[] parts)
    {
        bool load = parts[0] == "ld";
        string[] modifiers = [.. parts[1..].Where(p => p is not ("volatile" or "nc" or "ca" or "cg" or "cs"))];
        int vector = modifiers.Length == 3 ? modifiers[1] switch { "v2" => 2, "v4" => 4, _ => throw Unknown(statement) } : 1;
        if (modifiers.Length != (vector > 1 ? 3 : 2) || statement.Operands.Count != 2)
            throw Unknown(statement);
        int size = modifiers[^1] switch
        {
            "f32" or "b32" or "u32" or "s32" => 4,
            "b64" or "u64" or "s64" => 8,
            "b16" or "u16" => 2,
            _ => throw Unknown(statement),
        };
        PtxOperand data = statement.Operands[load ? 0 : 1];
        int[] rows = data is PtxVector v ? [.. v.Elements.Select(r => r.Row * PtxWarp.Size)] : [((PtxRegister)data).Row * PtxWarp.Size];
        if (rows.Length != vector || statement.Operands[load ? 1 : 0] is not PtxAddress address)
            throw Unknown(statement);
        if (modifiers[0] == "param" && load && address.Row < 0)
            return LoadParameter(source, statement, address, rows, size);
        Space space = modifiers[0] switch
        {
            "global" => Space.Global,
            "shared" => Space.Shared,
            "local" => Space.Local,
            _ => throw Unknown(statement),
        };
        return load ? Load(space, new Place(source, address), rows, size) : Store(space, new Place(source, address), rows, size);
    }

    private static unsafe PtxOperation Load(Space space, Place place, int[] rows, int size) =>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)] (warp, lanes) =>
    {
        for (; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            byte* bytes = Reach(space, warp, lane, place.Of(warp, lane), size * rows.Length, PtxAccess.Read);
            for (int i = 0; i < rows.Length; i++)
                warp.Rows[rows[i] + lane] = Element(bytes, i, size);
        }
    };

    private static unsafe PtxOperation Store(Space space, Place place, int[] rows, int size) =>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)] (warp, lanes) =>
    {
        for (; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            byte* bytes = Reach(space, warp, lane, place.Of(warp, lane), size * rows.Length, PtxAccess.Write);
            for (int i = 0; i < rows.Length; i++)
            {
                ulong value = warp.Rows[rows[i] + lane];
                if (size == 4)
                    ((uint*)bytes)[i] = (uint)value;
                else if (size == 8)
                    ((ulong*)bytes)[i] = value;
                else
                    ((ushort*)bytes)[i] = (ushort)value;
            }
        }
    };

    // All lanes get the same.
    private static unsafe PtxOperation LoadParameter(PtxSource source, PtxStatement statement, PtxAddress address, int[] rows, int size)
    {
        PtxVariable parameter = source.Parameters.FirstOrDefault(p => p.Name == address.Variable)
            ?? throw new PtxFault($"No such parameter: {address.Variable}");
        int place = parameter.Address + (int)address.Offset;
        if (address.Offset < 0 || address.Offset + (size * rows.Length) > parameter.Bytes)
            throw Unknown(statement);
        return (warp, lanes) =>
        {
            for (int i = 0; i < rows.Length; i++)
            {
                ulong value;
                fixed (byte* first = &warp.Group.Parameters[place])
                    value = Element(first, i, size);
                for (uint rest = lanes; rest != 0; rest &= rest - 1)
                    warp.Rows[rows[i] + BitOperations.TrailingZeroCount(rest)] = value;
            }
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe byte* Reach(Space space, PtxWarp warp, int lane, ulong address, int bytes, PtxAccess access)
    {
        PtxGroup group = warp.Group;
        int thread = warp.Thread(lane);
        return space switch
        {
            Space.Global => group.Memory.At(address, bytes, bytes, access, thread, group.Clock),
            Space.Shared => group.Shared.At(address, bytes, access, thread, group.Clock),
            _ => Local(warp, lane, address, bytes, access),
        };
    }

    private static unsafe byte* Local(PtxWarp warp, int lane, ulong address, int bytes, PtxAccess access)
    {
        PtxVariable variable = PtxVariable.At(warp.Group.Kernel.Source.Local, address, bytes, warp.Thread(lane));
        byte* there = warp.Local(lane) + address;
        if (access == PtxAccess.Read && Unwritten.Holds(there, bytes))
            throw new PtxFault($"{variable.Element(address, bytes)} is read before anything was written to it", warp.Thread(lane));
        return there;
    }

    private static unsafe ulong Element(byte* bytes, int i, int size) => size switch
    {
        4 => ((uint*)bytes)[i],
        8 => ((ulong*)bytes)[i],
        _ => ((ushort*)bytes)[i],
    };

    // cp.async.ca|cg.shared.global [to], [from], bytes[, bytes that are there]: the rest of the target becomes 0.
    private static unsafe PtxOperation CopyAsync(PtxSource source, PtxStatement statement)
    {
        switch (statement.Opcode)
        {
            case "cp.async.commit_group":
                return EachLane(static (warp, lane) => warp.CommitCopies(lane));
            case "cp.async.wait_all":
                return EachLane(static (warp, lane) =>
                {
                    warp.CommitCopies(lane);
                    warp.AwaitCopies(lane, 0);
                });
            case "cp.async.wait_group" when statement.Operands is [PtxRegister left]:
                return EachLane((warp, lane) => warp.AwaitCopies(lane, (int)warp.Rows[(left.Row * PtxWarp.Size) + lane]));
        }
        if (statement.Opcode is not ("cp.async.ca.shared.global" or "cp.async.cg.shared.global")
            || statement.Operands is not [PtxAddress to, PtxAddress from, PtxRegister size, ..] || statement.Operands.Count > 4)
            throw Unknown(statement);
        bool whole = statement.Opcode.Contains(".cg.", StringComparison.Ordinal);
        int sizeRow = size.Row * PtxWarp.Size,
            thereRow = statement.Operands is [_, _, _, PtxRegister there] ? there.Row * PtxWarp.Size : sizeRow;
        Place target = new(source, to), origin = new(source, from);
        return EachLane((warp, lane) =>
        {
            (int bytes, int present) = ((int)warp.Rows[sizeRow + lane], (int)warp.Rows[thereRow + lane]);
            if (!(whole ? bytes == 16 : bytes is 4 or 8 or 16) || present > bytes)
                throw new PtxFault($"a copy of {present} of {bytes} bytes");
            var values = new byte[bytes];
            ulong place = target.Of(warp, lane), first = origin.Of(warp, lane);
            if (present > 0)
            {
                byte* there = warp.Group.Memory.At(first, present, bytes, PtxAccess.Read, warp.Thread(lane), warp.Group.Clock);
                new ReadOnlySpan<byte>(there, present).CopyTo(values);
            }
            Reach(Space.Shared, warp, lane, place, bytes, PtxAccess.CopyInto);
            warp.BeginCopy(lane, place, values);
        });
    }

    private static PtxOperation EachLane(Action<PtxWarp, int> of) =>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)] (warp, lanes) =>
    {
        for (; lanes != 0; lanes &= lanes - 1)
            of(warp, BitOperations.TrailingZeroCount(lanes));
    };

    /// <summary>An address: a row of bases, or a variable's, and an offset.</summary>
    private readonly struct Place(PtxSource source, PtxAddress address)
    {
        private readonly int row = address.Row * PtxWarp.Size;
        private readonly ulong offset = (ulong)address.Offset
            + (address.Row >= 0 ? 0 : (ulong)Variable(source, address.Variable!).Address);

        public ulong Of(PtxWarp warp, int lane) => row >= 0 ? warp.Rows[row + lane] + offset : offset;
    }
}
