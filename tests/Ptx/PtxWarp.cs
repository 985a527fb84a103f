using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace GpuNet.Tests.Ptx;

/// <summary>
/// Thirty-two lanes. Those at the lowest instruction run, until they reach that of others or wait for them: so lanes that went different
/// ways meet again as soon as they can, as on a card.
/// </summary>
internal sealed unsafe class PtxWarp : IDisposable
{
    public const int Size = 32;

    private const long MaxSteps = 20_000_000;

    private static readonly string[] Specials =
        ["%tid.x", "%tid.y", "%tid.z", "%ntid.x", "%ntid.y", "%ntid.z", "%ctaid.x", "%ctaid.y", "%ctaid.z", "%nctaid.x", "%nctaid.y",
            "%nctaid.z", "%laneid", "%warpid"];

    private readonly int[] places = new int[Size];
    private readonly byte* local;
    private readonly int localBytes;
    private Copies[]? copies;
    private readonly int index;
    private uint atBarrier, atCollective;
    private long steps;
    private GroupCount at;

    public PtxWarp(PtxGroup group, int index)
    {
        Group = group;
        this.index = index;
        int lanes = Math.Min(Size, group.Threads - (index * Size));
        All = lanes == Size ? uint.MaxValue : (1u << lanes) - 1;
        Rows = ArrayPool<ulong>.Shared.Rent(group.Kernel.Source.Rows * Size);
        Array.Fill(Rows, 0xDEADBEEFDEADBEEF);
        foreach ((ulong value, int row) in group.Kernel.Source.Constants)
            Array.Fill(Rows, value, row * Size, Size);
        localBytes = (group.Kernel.Source.LocalBytes + 7) & ~7;
        local = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(localBytes * Size, 8), 8);
    }

    public PtxGroup Group { get; }

    /// <summary>The registers: rows of 32 lanes. What is narrower than 64 bits has zeros above.</summary>
    public ulong[] Rows { get; }

    /// <summary>The lanes there are, and those that have not ended.</summary>
    public uint All { get; }

    public uint Live { get; private set; }

    /// <summary>The instruction of the barrier at which each thread waits, -1 for those that have ended.</summary>
    public IEnumerable<(int Place, int Thread)> Places =>
        Enumerable.Range(0, Size).Where(l => (All >> l & 1) != 0).Select(l => ((Live >> l & 1) != 0 ? places[l] : -1, Thread(l)));

    public static bool IsSpecial(string name) => Specials.Contains(name);

    /// <summary>Number of a lane's thread in its group.</summary>
    public int Thread(int lane) => (index * Size) + lane;

    /// <summary>A lane's local memory.</summary>
    public byte* Local(int lane) => local + (lane * localBytes);

    public void Start(GroupCount group)
    {
        at = group;
        steps = 0;
        (Live, atBarrier, atCollective) = (All, 0, 0);
        Array.Clear(places);
        Unwritten.Fill(new Span<byte>(local, localBytes * Size));
        foreach ((string name, int row) in Group.Kernel.Source.Special)
        {
            for (int lane = 0; lane < Size; lane++)
                Rows[(row * Size) + lane] = (uint)Special(name, lane);
        }
    }

    public void Dispose()
    {
        ArrayPool<ulong>.Shared.Return(Rows);
        NativeMemory.AlignedFree(local);
    }

    /// <summary>Runs until every lane has ended or waits at a barrier.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run()
    {
        while ((Live & ~atBarrier & ~atCollective) is not 0 and uint runnable)
        {
            int place = int.MaxValue, stop = int.MaxValue;
            uint lanes = 0;
            for (uint rest = runnable; rest != 0; rest &= rest - 1)
            {
                int lane = BitOperations.TrailingZeroCount(rest);
                if (places[lane] < place)
                    (stop, place, lanes) = (place, places[lane], 1u << lane);
                else if (places[lane] == place)
                    lanes |= 1u << lane;
                else
                    stop = Math.Min(stop, places[lane]);
            }
            RunFrom(place, stop, lanes);
            if ((Live & ~atBarrier & ~atCollective) == 0 && atCollective != 0)
                RunCollective();
        }
        if (Live == 0 && copies is not null && copies.Any(c => c.Open.Count > 0 || c.Committed.Any(g => g.Count > 0)))
            throw new PtxFault($"{Group.Kernel.Title}: an asynchronous copy was never waited for");
    }

    public void PassBarrier()
    {
        for (int lane = 0; lane < Size; lane++)
            places[lane]++;
        atBarrier = 0;
    }

    /// <summary>Begins an asynchronous copy of one lane.</summary>
    public void BeginCopy(int lane, ulong target, byte[] values) => CopiesOf(lane).Open.Add(new Copy(target, values));

    /// <summary>Makes a group of the copies that a lane has begun.</summary>
    public void CommitCopies(int lane)
    {
        Copies own = CopiesOf(lane);
        own.Committed.Enqueue([.. own.Open]);
        own.Open.Clear();
    }

    /// <summary>Waits until at most a number of a lane's groups are under way.</summary>
    public void AwaitCopies(int lane, int left)
    {
        Queue<List<Copy>> committed = CopiesOf(lane).Committed;
        while (committed.Count > left)
        {
            foreach (Copy copy in committed.Dequeue())
                Group.Shared.Arrive(copy.Target, copy.Values, Thread(lane), Group.Clock);
        }
    }

    private Copies CopiesOf(int lane) => (copies ??= [.. Enumerable.Range(0, Size).Select(_ => new Copies([], []))])[lane];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunFrom(int place, int stop, uint lanes)
    {
        PtxInstruction[] code = Group.Kernel.Code;
        while (place < stop)
        {
            if (place >= code.Length || ++steps > MaxSteps)
                throw new PtxFault($"{Group.Kernel.Title}: {(place >= code.Length ? "ran past its end" : "runs for ever")}");
            PtxInstruction instruction = code[place];
            uint active = Active(instruction.Statement, lanes);
            switch (instruction.Flow)
            {
                case PtxFlow.Next:
                    if (active != 0)
                        Execute(instruction, active);
                    place++;
                    break;
                case PtxFlow.Branch when active == lanes:
                    place = instruction.Target;
                    break;
                case PtxFlow.Branch when active == 0:
                    place++;
                    break;
                case PtxFlow.Branch:
                    Place(active, instruction.Target);
                    Place(lanes & ~active, place + 1);
                    return;
                case PtxFlow.Exit:
                    Live &= ~active;
                    lanes &= ~active;
                    if (lanes == 0)
                        return;
                    place++;
                    break;
                case PtxFlow.Collective when active == uint.MaxValue:
                    Execute(instruction, active);
                    place++;
                    break;
                default:
                    if (active != lanes)
                        throw Fault(instruction, active, new PtxFault("a barrier or warp-wide instruction behind a predicate"));
                    atBarrier |= instruction.Flow == PtxFlow.Barrier ? lanes : 0;
                    atCollective |= instruction.Flow == PtxFlow.Collective ? lanes : 0;
                    Place(lanes, place);
                    return;
            }
        }
        Place(lanes, place);
    }

    private void RunCollective()
    {
        int place = places[BitOperations.TrailingZeroCount(atCollective)];
        PtxInstruction instruction = Group.Kernel.Code[place];
        if (atCollective != uint.MaxValue || places.Any(p => p != place))
            throw Fault(instruction, atCollective, new PtxFault("not all 32 lanes of the warp reach it together"));
        Execute(instruction, atCollective);
        atCollective = 0;
        Place(uint.MaxValue, place + 1);
    }

    private void Execute(PtxInstruction instruction, uint lanes)
    {
        try
        {
            instruction.Run(this, lanes);
        }
        catch (PtxFault fault)
        {
            throw Fault(instruction, lanes, fault);
        }
    }

    private PtxFault Fault(PtxInstruction instruction, uint lanes, PtxFault cause)
    {
        IEnumerable<int> threads = Enumerable.Range(0, Size).Where(l => (lanes >> l & 1) != 0).Select(Thread);
        string who = cause.Thread >= 0 ? $"thread {cause.Thread}" : $"threads {string.Join(", ", threads)}";
        return new PtxFault(
            $"{Group.Kernel.Title}: {cause.Message}, {PtxFault.Group(at)}, {who}: {instruction.Statement.Text}", cause.Thread);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private uint Active(PtxStatement statement, uint lanes)
    {
        if (statement.Guard < 0)
            return lanes;
        uint holds = 0;
        for (int lane = 0; lane < Size; lane++)
            holds |= (uint)(Rows[(statement.Guard * Size) + lane] & 1) << lane;
        return lanes & (statement.Negated ? ~holds : holds);
    }

    private void Place(uint lanes, int place)
    {
        for (uint rest = lanes; rest != 0; rest &= rest - 1)
            places[BitOperations.TrailingZeroCount(rest)] = place;
    }

    private int Special(string name, int lane) => name switch
    {
        "%tid.x" => Thread(lane),
        "%ntid.x" => Group.Threads,
        "%ntid.y" or "%ntid.z" => 1,
        "%ctaid.x" => at.X,
        "%ctaid.y" => at.Y,
        "%ctaid.z" => at.Z,
        "%nctaid.x" => Group.Groups.X,
        "%nctaid.y" => Group.Groups.Y,
        "%nctaid.z" => Group.Groups.Z,
        "%laneid" => lane,
        "%warpid" => index,
        _ => 0,
    };

    private sealed record Copy(ulong Target, byte[] Values);

    // What a lane has begun, and groups of what it has committed.
    private sealed record Copies(List<Copy> Open, Queue<List<Copy>> Committed);
}
