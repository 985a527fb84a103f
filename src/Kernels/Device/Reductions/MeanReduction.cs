namespace GpuNet.Kernels;

/// <summary>
/// The mean of many numbers, each with a weight, as losses need it: Σ value / max(Σ weight, least). Blocks are summed apart from each
/// other, then the blocks in order, so that millions of terms lose no digits and the same input gives the same bits.
/// </summary>
internal sealed class MeanReduction
{
    // A thread has at least so much to add, which is small against meeting the others.
    private const int LeastTerms = 32;

    // The last group adds up so many blocks without a third level.
    private const int MostBlocks = 1024;

    private readonly Kernel<View, View, View, View, int, int, float> blocksKernel;
    private readonly Kernel<View, View, View, int, float> meanKernel;
    private readonly int count, blocks, block;
    private readonly float least;

    /// <summary>Shares the numbers out and loads the kernels.</summary>
    /// <param name="device">Device.</param>
    /// <param name="group">Threads of a group.</param>
    /// <param name="count">How many numbers.</param>
    /// <param name="term">What is added up of each: an <see cref="IMeanTerm"/>.</param>
    /// <param name="least">The least that the sum of weights counts for.</param>
    public MeanReduction(Device device, ReductionGroup group, int count, Type term, float least)
    {
        (this.count, this.least) = (count, least);
        int wanted = Math.Clamp(count / (group.Size * LeastTerms), 1, MostBlocks);
        block = (count + wanted - 1) / wanted;
        blocks = (count + block - 1) / block;
        blocksKernel = new(device, Policies.Close(MeanKernels.Blocks<OneThread, StoredTerm>, group.Policy, term), group.Size);
        meanKernel = new(device, Policies.Close(MeanKernels.Mean<OneThread>, group.Policy), group.Size);
    }

    /// <summary>Scratch memory, in elements: the blocks' sums, and a place for the divisor where nobody keeps it.</summary>
    public int WorkspaceElements => (2 * blocks) + 1;

    /// <summary>Queues the kernels.</summary>
    /// <param name="x">First numbers of the terms.</param>
    /// <param name="target">Second numbers; any view if the term does not take them.</param>
    /// <param name="weights">Weights; any view if the term does not take them.</param>
    /// <param name="delta">A number that all terms take.</param>
    /// <param name="workspace">Scratch memory.</param>
    /// <param name="mean">Receives the mean.</param>
    /// <param name="divisor">Receives what the sum was divided by; <see cref="Tensor.None"/> if nobody keeps it.</param>
    public void Run(View x, View target, View weights, float delta, View workspace, View mean, Tensor divisor)
    {
        blocksKernel.Run(new GroupCount(blocks), x, target, weights, workspace, count, block, delta);
        meanKernel.Run(new GroupCount(1), workspace, mean, divisor.IsNone ? workspace.SubView(2 * blocks, 1) : divisor.View, blocks, least);
    }
}

/// <summary>What a <see cref="MeanReduction"/> adds up of each number.</summary>
internal interface IMeanTerm
{
    /// <summary>Its weight.</summary>
    static abstract float Weight(View weights, int i);

    /// <summary>Its value, with the weight in it.</summary>
    /// <param name="x">First numbers.</param>
    /// <param name="target">Second numbers.</param>
    /// <param name="i">Which one.</param>
    /// <param name="weight">Its weight.</param>
    /// <param name="delta">A number that all take.</param>
    static abstract float Value(View x, View target, int i, float weight, float delta);
}

/// <summary>x, which has its weight in it.</summary>
internal readonly struct StoredTerm : IMeanTerm
{
    public static float Weight(View weights, int i) => weights[i];

    public static float Value(View x, View target, int i, float weight, float delta) => x[i];
}
