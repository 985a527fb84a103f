using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>
/// The sum of the squares of all elements of some tensors, the square of their L2 norm. Blocks of fixed size are summed apart from each
/// other, in the order their elements lie in, and the blocks' sums in double precision: the same values give the same bits, whatever the
/// number of threads, and long sums keep their digits.
/// </summary>
internal abstract class SumOfSquares : IDisposable
{
    private protected SumOfSquares()
    {
    }

    /// <summary>Makes the sum for some tensors of a device.</summary>
    /// <param name="device">Device.</param>
    /// <param name="tensors">The tensors; only their element counts matter.</param>
    public static SumOfSquares Bind(Device device, IReadOnlyList<Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(tensors);
        Tensor[] all = [.. tensors.Where(t => t.Shape.Elements > 0)];
        return device.IsHost
            ? Policies.Create<SumOfSquares>(typeof(HostSumOfSquares<>), [Lanes.Widest], device, all)
            : new DeviceSumOfSquares(device, all);
    }

    /// <summary>Computes it and waits for it.</summary>
    /// <returns>The sum; infinite or not a number if an element is, or if squares leave the range of float32.</returns>
    public abstract double Run();

    /// <summary>Gives the memory back.</summary>
    public abstract void Dispose();
}

/// <summary>One launch a tensor; then the sums of all blocks are read back, which takes no longer than reading one number.</summary>
internal sealed class DeviceSumOfSquares : SumOfSquares
{
    private readonly Kernel<View, View, int, int> kernel;
    private readonly Tensor[] tensors;
    private readonly int[] firstBlock;
    private readonly Arena arena;
    private readonly Tensor partials;
    private readonly float[] read;

    public DeviceSumOfSquares(Device device, Tensor[] tensors)
    {
        this.tensors = tensors;
        // Where threads of a group are not threads of a card, each block is one thread's.
        bool tree = ReductionGroup.Pays(device) && !device.Options.PlainKernels;
        ReductionGroup group = ReductionGroup.For(device);
        Type access = Access.Policy(tensors.All(t => t.Shape.Elements % 4 == 0));
        kernel = new(device,
            Policies.Close(SumOfSquaresKernels.Blocks<OneThread, Guarded>, tree ? group.Policy : typeof(OneThread), access),
            tree ? group.Size : OneThread.Size);
        firstBlock = new int[tensors.Length];
        int blocks = 0;
        for (int i = 0; i < tensors.Length; i++)
        {
            firstBlock[i] = blocks;
            blocks += Blocks(tensors[i]);
        }
        arena = new Arena(device, (long)blocks * sizeof(float), "the gradients' norm");
        read = new float[blocks];
        partials = blocks > 0 ? arena.At(0, Shape.Vector(blocks)) : Tensor.None;
    }

    public override double Run()
    {
        if (tensors.Length == 0)
            return 0;
        for (int i = 0; i < tensors.Length; i++)
        {
            kernel.Run(new GroupCount(Blocks(tensors[i])), tensors[i].View, partials.View, (int)tensors[i].Shape.Elements, firstBlock[i]);
        }
        partials.Download(read);
        double sum = 0;
        foreach (float partial in read)
            sum += partial;
        return sum;
    }

    public override void Dispose() => arena.Dispose();

    private static int Blocks(Tensor tensor) => checked((int)((tensor.Shape.Elements - 1) / SumOfSquaresKernels.Block)) + 1;
}

/// <summary>Blocks are parts for the threads.</summary>
internal sealed unsafe class HostSumOfSquares<TLanes> : SumOfSquares
    where TLanes : unmanaged, ILanes<TLanes>
{
    // Elements of a part, and of those that are summed in single precision: so few that each lane adds up some dozens.
    private const int Block = 8192, ShortRun = 512;

    private readonly Workers workers;
    private readonly Tensor[] tensors;
    private readonly Action<int> sumBlock;
    private readonly double[] partials;
    private float* x;
    private int elements;

    public HostSumOfSquares(Device device, Tensor[] tensors)
    {
        (workers, this.tensors, sumBlock) = (device.Workers, tensors, SumBlock);
        partials = new double[tensors.Length == 0 ? 0 : tensors.Max(Blocks)];
    }

    public override double Run()
    {
        double sum = 0;
        foreach (Tensor tensor in tensors)
        {
            x = tensor.Pointer;
            elements = (int)tensor.Shape.Elements;
            int blocks = Blocks(tensor);
            workers.Run(blocks, sumBlock);
            for (int block = 0; block < blocks; block++)
                sum += partials[block];
        }
        return sum;
    }

    public override void Dispose()
    {
    }

    private static int Blocks(Tensor tensor) => checked((int)((tensor.Shape.Elements - 1) / Block)) + 1;

    private void SumBlock(int block)
    {
        int end = Math.Min((block + 1) * Block, elements);
        double total = 0;
        for (int start = block * Block; start < end; start += ShortRun)
        {
            int stop = Math.Min(start + ShortRun, end), i = start;
            TLanes sum = TLanes.Create(0);
            for (; i <= stop - TLanes.Count; i += TLanes.Count)
            {
                TLanes value = TLanes.Load(x + i);
                sum = TLanes.MultiplyAdd(value, value, sum);
            }
            TLanes rest = TLanes.LoadFirst(x + i, stop - i);
            total += TLanes.Sum(TLanes.MultiplyAdd(rest, rest, sum));
        }
        partials[block] = total;
    }
}
