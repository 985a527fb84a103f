#if GPUNET_EMULATOR
using ILGPU;
using ILGPU.Runtime;
using NUnit.Framework;

namespace GpuNet.Tests.Emulator;

[TestFixture]
internal sealed class LaunchTests
{
    [Test]
    public void Each_lane_of_a_grid_runs_once([Values] bool isChecked, [Values(1, 5)] int x, [Values(1, 3)] int y, [Values(1, 4)] int z)
    {
        using var device = new EmulatedDevice(isChecked);
        var grid = new Index3D(4, 3, 2);
        var group = new Index3D(x, y, z);
        int count = grid.Size * group.Size;
        using var output = device.Accelerator.Allocate1D<int>(count);
        output.MemSetToZero();
        device.Accelerator.LoadKernel<ArrayView<int>>(GlobalNumber)(device.Stream, new KernelConfig(grid, group), output.View);
        Assert.That(output.GetAsArray1D(), Is.EqualTo(Enumerable.Range(1, count)));
    }

    [Test]
    public void Large_grid_of_single_lanes()
    {
        using var device = new EmulatedDevice(isChecked: false);
        using var output = device.Accelerator.Allocate1D<int>(300_000);
        output.MemSetToZero();
        device.Accelerator.LoadKernel<ArrayView<int>>(GlobalNumber)(device.Stream, new KernelConfig(300_000, 1), output.View);
        Assert.That(output.GetAsArray1D(), Is.EqualTo(Enumerable.Range(1, 300_000)));
    }

    [Test]
    public void Kernel_of_an_index([Values] bool isChecked)
    {
        using var device = new EmulatedDevice(isChecked);
        using var output = device.Accelerator.Allocate1D<int>(24);
        device.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>, int>(
            static (i, output, factor) => output[i] = i * factor)(24, output.View, 3);
        Assert.That(output.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 24).Select(i => 3 * i)));
        device.Accelerator.LoadAutoGroupedStreamKernel<Index2D, ArrayView<int>>(
            static (i, output) => output[i.Y * 6 + i.X] = 10 * i.Y + i.X)(new Index2D(6, 4), output.View);
        Assert.That(output.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 24).Select(i => 10 * (i / 6) + i % 6)));
        device.Accelerator.LoadAutoGroupedStreamKernel<Index3D, ArrayView<int>>(
            static (i, output) => output[(i.Z * 3 + i.Y) * 2 + i.X] = i.Z)(new Index3D(2, 3, 4), output.View);
        Assert.That(output.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 24).Select(i => i / 6)));
        device.Accelerator.LoadAutoGroupedStreamKernel<LongIndex1D, ArrayView<int>>(
            static (i, output) => output[i] = (int)i.X)(24L, output.View);
        Assert.That(output.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 24)));
        Assert.That(() => device.Accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<int>>(
            static (i, output) => output[i] = 0)(0, output.View), Throws.Nothing);
    }

    [Test]
    public void Kernel_of_fourteen_arguments([Values] bool isChecked)
    {
        using var device = new EmulatedDevice(isChecked);
        using var output = device.Accelerator.Allocate1D<double>(13);
        var kernel = device.Accelerator.LoadStreamKernel<ArrayView<double>, int, int, float, byte, long, double, Geometry, int, int, int,
            int, int, SpecializedValue<int>>(
            static (o, a, b, c, d, e, f, g, h, i, j, k, l, m) =>
            {
                o[0] = a;
                o[1] = b;
                o[2] = c;
                o[3] = d;
                o[4] = e;
                o[5] = f;
                o[6] = g.Width + g.Height;
                o[7] = h;
                o[8] = i;
                o[9] = j;
                o[10] = k;
                o[11] = l;
                o[12] = m;
            });
        kernel(new KernelConfig(1, 1), output.View, 1, 2, 3, 4, 5, 6, new Geometry { Width = 3, Height = 4 }, 8, 9, 10, 11, 12,
            SpecializedValue.New(13));
        Assert.That(output.GetAsArray1D(), Is.EqualTo(Enumerable.Range(1, 13).Select(i => (double)i)));
    }

    [Test]
    public void Configuration_is_written_as_tuples([Values] bool isChecked)
    {
        using var device = new EmulatedDevice(isChecked);
        using var output = device.Accelerator.Allocate1D<int>(4 * 4 * 6);
        var kernel = device.Accelerator.LoadKernel<ArrayView<int>>(GlobalNumber);
        kernel(device.Stream, (4, 4), output.View);
        kernel(device.Stream, (new Index1D(4), new Index1D(4)), output.View);
        kernel(device.Stream, (new Index2D(4, 2), new Index2D(2, 2)), output.View);
        kernel(device.Stream, (new Index3D(4, 2, 2), new Index3D(2, 1, 3)), output.View);
        Assert.That(output.GetAsArray1D(), Is.EqualTo(Enumerable.Range(1, 96)));
    }

    [Test]
    public void Dynamic_shared_memory([Values] bool isChecked)
    {
        using var device = new EmulatedDevice(isChecked);
        using var output = device.Accelerator.Allocate1D<int>(32);
        var kernel = device.Accelerator.LoadKernel<ArrayView<int>>(static output =>
        {
            ArrayView<int> reversed = SharedMemory.GetDynamic<int>();
            reversed[Group.DimX - 1 - Group.IdxX] = Group.IdxX;
            Group.Barrier();
            output[Grid.IdxX * Group.DimX + Group.IdxX] = reversed[Group.IdxX] + reversed.IntLength;
        });
        kernel(device.Stream, new KernelConfig(2, 16, SharedMemoryConfig.RequestDynamic<int>(16)), output.View);
        Assert.That(output.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 32).Select(i => 31 - i % 16)));
    }

    [Test]
    public void Shared_memory_has_an_end([Values] bool isChecked)
    {
        using var device = new EmulatedDevice(isChecked);
        var kernel = device.Accelerator.LoadKernel<int>(static _ => SharedMemory.Allocate<float>(12 * 1024));
        Assert.That(() => kernel(device.Stream, new KernelConfig(3, 2), 0), Throws.Nothing);
        Assert.That(() => kernel(device.Stream, new KernelConfig(1, 2, new SharedMemoryConfig(1, 1)), 0), Throws.Nothing);
        var large = device.Accelerator.LoadKernel<int>(static _ => SharedMemory.Allocate<float>(12 * 1024 + 1));
        Assert.That(() => large(device.Stream, new KernelConfig(1, 2), 0), Throws.TypeOf<NotSupportedException>());
    }

    [Test]
    public void Lane_knows_its_warp()
    {
        using var device = new EmulatedDevice(isChecked: true);
        using var output = device.Accelerator.Allocate1D<int>(70);
        device.Accelerator.LoadKernel<ArrayView<int>>(static output =>
            output[Group.LinearIndex] = 100 * Warp.WarpIdx + Warp.LaneIdx)(device.Stream, new KernelConfig(1, 70), output.View);
        Assert.That(output.GetAsArray1D(), Is.EqualTo(Enumerable.Range(0, 70).Select(i => 100 * (i / 32) + i % 32)));
    }

    [Test]
    public void Impossible_launches_are_refused()
    {
        using var device = new EmulatedDevice(isChecked: false);
        using var other = new EmulatedDevice(isChecked: false);
        using var output = device.Accelerator.Allocate1D<int>(8);
        var kernel = device.Accelerator.LoadKernel<ArrayView<int>>(GlobalNumber, new KernelSpecialization(64, null));
        Assert.That(() => kernel(device.Stream, new KernelConfig(1, 65), output.View), Throws.TypeOf<NotSupportedException>());
        Assert.That(() => kernel(device.Stream, new KernelConfig(0, 4), output.View), Throws.ArgumentException);
        Assert.That(() => kernel(other.Stream, new KernelConfig(1, 4), output.View), Throws.ArgumentException);
        Assert.That(() => kernel(null!, new KernelConfig(1, 4), output.View), Throws.ArgumentNullException);
        using AcceleratorStream stream = device.Accelerator.CreateStream();
        stream.Dispose();
        Assert.That(() => kernel(stream, new KernelConfig(1, 4), output.View), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void Kernel_functions_are_for_kernels() => Assert.That(() => Group.IdxX, Throws.InvalidOperationException);

    [Test]
    public void Launch_allocates_nothing()
    {
        using var device = new EmulatedDevice(isChecked: false);
        using var output = device.Accelerator.Allocate1D<int>(8);
        var kernel = device.Accelerator.LoadKernel<ArrayView<int>>(GlobalNumber);
        ArrayView<int> view = output.View;
        for (int i = 0; i < 100; i++)
            kernel(device.Stream, new KernelConfig(1, 8), view);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            kernel(device.Stream, new KernelConfig(1, 8), view);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(100));
    }

    private static void GlobalNumber(ArrayView<int> output)
    {
        Index3D index = Grid.GlobalIndex;
        Index3D extent = Grid.Dimension * Group.Dimension;
        output[(index.Z * extent.Y + index.Y) * extent.X + index.X] = (index.Z * extent.Y + index.Y) * extent.X + index.X + 1;
    }

    private struct Geometry
    {
        public int Width;
        public int Height;
    }
}
#endif
