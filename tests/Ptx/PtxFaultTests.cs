using GpuNet.Kernels;
using ILGPU;
using NUnit.Framework;

namespace GpuNet.Tests.Ptx;

/// <summary>
/// For every fault a kernel that commits it, and the same kernel without it: the argument <c>slip</c> is 1 or 0.
/// </summary>
[TestFixture]
internal sealed class PtxFaultTests
{
    private const int Threads = 8;

    private static IEnumerable<TestCaseData> Kernels =>
    [
        Case(Load, "Load: values[8] of 8 is outside the view, group (0, 0, 0), thread 7: ld.global.f32"),
        Case(LoadBefore, "LoadBefore: values[-1] of 8 is outside the view, group (0, 0, 0), thread 0"),
        Case(Store, "Store: results[16] of 16 is outside the view, group (1, 0, 0), thread 7: st.global.f32", groups: 2),
        Case(LoadOfNothing, "LoadOfNothing: values[0] of 0 is outside the view", values: 0),
        Case(LoadShared, "[8] of 8 is outside the variable, group (0, 0, 0), thread 0: ld.shared"),
        Case(StoreShared, "[8] of 8 is outside the variable, group (0, 0, 0), thread 7: st.shared"),
        Case(StoreLocal, "[4] of 4 is outside the variable"),
        Case(UnwrittenShared, "[7] of 8 is read before anything was written to it, group (0, 0, 0), thread 0"),
        Case(SharedOfLastGroup, "[0] of 8 is read before anything was written to it, group (1, 0, 0), thread 0", groups: 2),
        Case(UnwrittenLocal, "[3] of 4 is read before anything was written to it, group (0, 0, 0), thread 7"),
        Case(UnwrittenGlobal, "UnwrittenGlobal: results[9] of 16 is read before anything was written to it, group (0, 0, 0), thread 0"),
        Case(UnwrittenInVector, "results[12 to 15] of 16 is read before anything was written to it"),
        Case(UnwrittenHalf, "results[8] of 16 is read before anything was written to it"),
        Case(SharedWithoutBarrier, "[7] of 8 is read which thread 7 wrote, and no barrier lies between, group (0, 0, 0), thread 0"),
        Case(SharedUsedAgain, "[7] of 8 is written which thread 0 read, and no barrier lies between, group (0, 0, 0), thread 7"),
        Case(TwoStores, "results[0] of 16 is written which thread 0 wrote, and no barrier lies between, group (0, 0, 0), thread 1"),
        Case(StoreOfReader, "values[0] of 8 is written which thread 0 read, and no barrier lies between, group (0, 0, 0), thread 7"),
        Case(VectorAndScalar,
            "results[0 to 3] of 16 is written which thread 4 wrote, and no barrier lies between, group (0, 0, 0), thread 0"),
        Case(TwoHalves, "results[0] of 16 is written which thread 0 wrote, and no barrier lies between, group (0, 0, 0), thread 1"),
        Case(StoresOfTwoGroups,
            "results[0] of 16 is written which thread 0 of group (0, 0, 0) wrote in this launch, group (0, 1, 0), thread 0", groupRows: 2),
        Case(LoadAfterOtherGroup,
            "results[7] of 16 is read which thread 7 of group (0, 0, 0) wrote in this launch, group (1, 0, 0), thread 0", groups: 2),
        Case(StoreAfterOtherGroup,
            "values[5] of 8 is written which thread 5 of group (0, 0, 0) read in this launch, group (2, 0, 0), thread 5", groups: 3),
        Case(BarrierSkipped, "BarrierSkipped: 7 threads (the first is 0) wait at the barrier of instruction"),
        Case(BarriersInLoop, "1 thread (the first is 0) have ended, group (0, 0, 0)"),
        Case(TwoBarriers, "4 threads (the first is 0) wait at the barrier"),
    ];

    private static Device Device => TestDevices.Get("ptx 80");

    [TestCaseSource(nameof(Kernels))]
    public void Fault_is_named_and_only_where_it_is(
        Action<ArrayView<float>, ArrayView<float>, int> kernel, GroupCount groups, int values, string message)
    {
        Assert.That(() => Run(kernel, groups, values, slip: 0), Throws.Nothing);
        Assert.That(() => Run(kernel, groups, values, slip: 1), Throws.TypeOf<PtxFault>()
            .With.Message.Contains(message).And.Message.StartsWith("PtxFaultTests."));
    }

    // A kernel's compiler makes vectors of what is a part of an argument only where it knows that part's alignment.
    [TestCase(4, 1, "")]
    [TestCase(2, 1, "Vector: values[4 to 7] of 16 is not aligned to 16 bytes, group (0, 0, 0), thread 0")]
    [TestCase(1, 0, "Vector: values[0 to 3] of 16 is not aligned to 16 bytes, group (0, 0, 0), thread 0")]
    public void View_that_starts_off_the_boundary_takes_no_vectors(int first, int vector, string message)
    {
        using Arena arena = Unwritten.Arena(Device, 1024);
        arena.Clear();
        ArrayView<float> values = arena.At(0, Shape.Vector(64)).View.SubView(first, 16), results = arena.At(512, Shape.Vector(16)).View;
        var run = new Kernel<ArrayView<float>, ArrayView<float>, int>(Device, Vector, Threads);
        Assert.That(() => run.Run(new GroupCount(1), values, results, vector), message.Length == 0
            ? Throws.Nothing : Throws.TypeOf<PtxFault>().With.Message.Contains(message));
    }

    [Test]
    public void Launches_are_ordered()
    {
        using Arena arena = Unwritten.Arena(Device, 1024);
        Tensor counts = arena.At(0, Shape.Vector(Threads));
        counts.Clear();
        var run = new Kernel<ArrayView<float>, int>(Device, AddOne, Threads);
        for (int shift = 0; shift < 5; shift++)
            run.Run(new GroupCount(1), counts.View, shift);
        Assert.That(counts.ToArray(), Is.All.EqualTo(5f));
    }

    [Test]
    public void Kernel_is_named_with_its_types()
    {
        using Arena arena = Unwritten.Arena(Device, 1024);
        var run = new Kernel<ArrayView<float>, int>(Device, Generic<Relu6>, Threads);
        Assert.That(() => run.Run(new GroupCount(1), arena.At(0, Shape.Vector(Threads - 1)).View, 0),
            Throws.TypeOf<PtxFault>().With.Message.StartsWith("PtxFaultTests.Generic<Relu6>: target[7] of 7 is outside the view"));
    }

    [Test]
    public void Memory_that_was_given_back_is_refused()
    {
        Arena arena = Unwritten.Arena(Device, 1024);
        ArrayView<float> view = arena.At(0, Shape.Vector(Threads)).View;
        arena.Dispose();
        var run = new Kernel<ArrayView<float>, int>(Device, AddOne, Threads);
        Assert.That(() => run.Run(new GroupCount(1), view, 0), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void Groups_may_not_be_larger_than_the_device_takes() => Assert.That(
        () => new Kernel<ArrayView<float>, int>(TestDevices.Get("ptx 80 2x2"), AddOne, Threads),
        Throws.TypeOf<PtxFault>().With.Message.EqualTo("PtxFaultTests.AddOne: groups of 8 threads on a device that takes 4"));

    private static TestCaseData Case(
        Action<ArrayView<float>, ArrayView<float>, int> kernel, string message, int groups = 1, int groupRows = 1, int values = Threads) =>
        new TestCaseData(kernel, new GroupCount(groups, groupRows), values, message).SetArgDisplayNames(kernel.Method.Name);

    // Of the results, twice as many as threads, nothing is written at first.
    private static void Run(Action<ArrayView<float>, ArrayView<float>, int> kernel, GroupCount groups, int values, int slip)
    {
        using Arena arena = Unwritten.Arena(Device, 1024);
        if (values > 0)
            arena.At(0, Shape.Vector(values)).Upload([.. Enumerable.Range(0, values).Select(i => (float)i)]);
        new Kernel<ArrayView<float>, ArrayView<float>, int>(Device, kernel, Threads).Run(
            groups, arena.At(0, Shape.Vector(Threads)).View.SubView(0, values), arena.At(512, Shape.Vector(2 * Threads)).View, slip);
    }

    private static void Load(ArrayView<float> values, ArrayView<float> results, int slip) =>
        results[Group.IdxX] = values[Group.IdxX + slip];

    private static void LoadBefore(ArrayView<float> values, ArrayView<float> results, int slip) =>
        results[Group.IdxX] = values[Group.IdxX - slip];

    private static void Store(ArrayView<float> values, ArrayView<float> results, int slip) =>
        results[(Grid.IdxX * Threads) + Group.IdxX + slip] = 1;

    private static void LoadOfNothing(ArrayView<float> values, ArrayView<float> results, int slip)
    {
        if (values.Length + slip > 0)
            results[Group.IdxX] = values[Group.IdxX];
    }

    private static void LoadShared(ArrayView<float> values, ArrayView<float> results, int slip)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(Threads);
        shared[Group.IdxX] = 1;
        Group.Barrier();
        results[Group.IdxX] = shared[Threads - 1 - Group.IdxX + slip];
    }

    private static void StoreShared(ArrayView<float> values, ArrayView<float> results, int slip)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(Threads);
        shared[Group.IdxX + slip] = 1;
        results[Group.IdxX] = shared[Group.IdxX + slip];
    }

    private static void StoreLocal(ArrayView<float> values, ArrayView<float> results, int slip)
    {
        ArrayView<float> local = LocalMemory.Allocate<float>(4);
        local[3 + slip] = 1;
        results[Group.IdxX] = local[3];
    }

    private static void UnwrittenShared(ArrayView<float> values, ArrayView<float> results, int slip)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(Threads);
        if (Group.IdxX < Threads - slip)
            shared[Group.IdxX] = 1;
        Group.Barrier();
        results[Group.IdxX] = shared[Threads - 1 - Group.IdxX];
    }

    // What one group left is not there for the next.
    private static void SharedOfLastGroup(ArrayView<float> values, ArrayView<float> results, int slip)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(Threads);
        if (Grid.IdxX * slip == 0)
            shared[Group.IdxX] = 1;
        results[(Grid.IdxX * Threads) + Group.IdxX] = shared[Group.IdxX];
    }

    private static void UnwrittenLocal(ArrayView<float> values, ArrayView<float> results, int slip)
    {
        ArrayView<float> local = LocalMemory.Allocate<float>(4);
        for (int i = 0; i < 4 - (Group.IdxX / 7 * slip); i++)
            local[i] = i;
        results[Group.IdxX] = local[values.IntLength - Threads + 3];
    }

    private static void UnwrittenGlobal(ArrayView<float> values, ArrayView<float> results, int slip)
    {
        results[Group.IdxX] = values[Group.IdxX];
        results[Group.IdxX + Threads] = results[Group.IdxX + (slip * (Threads + 1))];
    }

    private static void UnwrittenInVector(ArrayView<float> values, ArrayView<float> results, int slip)
    {
        if (Group.IdxX < 7 - slip)
            results[Threads + Group.IdxX] = 1;
        if (Group.IdxX == 0)
            results[Threads + 7] = 1;
        Group.Barrier();
        Float4 vector = results.Cast<Float4>()[2 + (Group.IdxX / 4)];
        results[Group.IdxX] = vector.X + vector.Z;
    }

    private static void UnwrittenHalf(ArrayView<float> values, ArrayView<float> results, int slip)
    {
        ArrayView<short> halves = results.Cast<short>();
        if (Group.IdxX == 0)
            halves[(2 * Threads) + slip] = 1;
        Group.Barrier();
        halves[Group.IdxX] = halves[2 * Threads];
    }

    private static void SharedWithoutBarrier(ArrayView<float> values, ArrayView<float> results, int slip)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(Threads);
        shared[Group.IdxX] = 1;
        if (slip == 0)
            Group.Barrier();
        results[Group.IdxX] = shared[Threads - 1 - Group.IdxX];
    }

    private static void SharedUsedAgain(ArrayView<float> values, ArrayView<float> results, int slip)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(Threads);
        shared[Group.IdxX] = 1;
        Group.Barrier();
        float value = shared[Threads - 1 - Group.IdxX];
        if (slip == 0)
            Group.Barrier();
        if (Group.IdxX == 7)
            shared[Group.IdxX] = value;
        results[Group.IdxX] = value;
    }

    private static void TwoStores(ArrayView<float> values, ArrayView<float> results, int slip) => results[Group.IdxX * (1 - slip)] = 1;

    private static void StoreOfReader(ArrayView<float> values, ArrayView<float> results, int slip)
    {
        float value = values[0];
        if (slip == 0)
            Group.Barrier();
        if (Group.IdxX == Threads - 1)
            values[0] = value + 1;
    }

    private static void VectorAndScalar(ArrayView<float> values, ArrayView<float> results, int slip)
    {
        if (Group.IdxX == 0)
            results.Cast<Float4>()[0] = values.Cast<Float4>()[0];
        if (Group.IdxX == 4)
            results[4 - slip] = 1;
    }

    private static void TwoHalves(ArrayView<float> values, ArrayView<float> results, int slip) =>
        results.Cast<short>()[Group.IdxX >> slip] = 1;

    private static void StoresOfTwoGroups(ArrayView<float> values, ArrayView<float> results, int slip) =>
        results[Group.IdxX + (Grid.IdxY * Threads * (1 - slip))] = 1;

    // A barrier orders no other group.
    private static void LoadAfterOtherGroup(ArrayView<float> values, ArrayView<float> results, int slip)
    {
        results[(Grid.IdxX * Threads) + Group.IdxX] = 1;
        Group.Barrier();
        if (Group.IdxX == 0)
            values[Grid.IdxX] = results[(Grid.IdxX * Threads) + Group.IdxX + Threads - 1 - (Grid.IdxX * Threads * slip)];
    }

    private static void StoreAfterOtherGroup(ArrayView<float> values, ArrayView<float> results, int slip)
    {
        float value = values[Group.IdxX];
        if (Grid.IdxX == 0)
            results[Group.IdxX] = value;
        if (Grid.IdxX * slip == 2 && Group.IdxX == 5)
            values[Group.IdxX] = value;
    }

    private static void BarrierSkipped(ArrayView<float> values, ArrayView<float> results, int slip)
    {
        if (Group.IdxX != 5 || slip == 0)
            Group.Barrier();
        results[Group.IdxX] = 1;
    }

    private static void BarriersInLoop(ArrayView<float> values, ArrayView<float> results, int slip)
    {
        for (int i = 0; i <= Group.IdxX * slip; i++)
            Group.Barrier();
        results[Group.IdxX] = 1;
    }

    private static void TwoBarriers(ArrayView<float> values, ArrayView<float> results, int slip)
    {
        if (Group.IdxX * slip < 4)
        {
            results[Group.IdxX] = 1;
            Group.Barrier();
        }
        else
        {
            results[Group.IdxX] = 2;
            Group.Barrier();
        }
    }

    private static void Vector(ArrayView<float> values, ArrayView<float> results, int slip)
    {
        Float4 vector = values.Cast<Float4>()[slip];
        results[Group.IdxX] = vector.X + vector.Y + vector.Z + vector.W;
    }

    private static void AddOne(ArrayView<float> counts, int shift) => counts[(Group.IdxX + shift) % Threads] += 1;

    private static void Generic<T>(ArrayView<float> target, int count)
        where T : struct => target[Group.IdxX] = count;
}
