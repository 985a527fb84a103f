using ILGPU;
using ILGPU.Algorithms;

namespace GpuNet.Kernels;

// Workspace: a row of C per block for the first sum, the same for the second, then two rows of totals.
internal static class BatchNormKernels
{
    // A thread owns mean and squared deviations of one channel in one block of rows. Nothing is shared; loads are contiguous in c.
    // Values, and the mean itself, are taken relative to the block's first value, so that a large mean does not swallow the variance.
    public static void BlockMoments(View x, View workspace, BatchNormGeometry g)
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= g.Blocks * g.Channels)
            return;
        int c = i % g.Channels;
        int block = i / g.Channels;
        int first = FirstRow(block, g);
        int end = FirstRow(block + 1, g);
        float reference = x[(first * g.Channels) + c];
        float sum = 0f;
        float squares = 0f;
        for (int row = first + 1; row < end; row++)
        {
            float d = x[(row * g.Channels) + c] - reference;
            sum += d;
            squares += d * d;
        }
        float shift = sum / (end - first);
        workspace[i] = shift;
        workspace[(g.Blocks * g.Channels) + i] = MathF.Max(squares - (sum * shift), 0f);
    }

    // A thread owns a channel and merges its blocks in order (Chan et al. 1983). Nothing is shared; loads are contiguous in c.
    public static void CombineMoments(
        View x, View workspace, View mean, View inverse, View runningMean, View runningVariance, BatchNormGeometry g)
    {
        int c = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (c >= g.Channels)
            return;
        float reference = x[c];
        float average = workspace[c];
        float squares = workspace[(g.Blocks * g.Channels) + c];
        for (int block = 1; block < g.Blocks; block++)
        {
            float before = FirstRow(block, g);
            float added = FirstRow(block + 1, g) - FirstRow(block, g);
            float share = added / (before + added);
            float d = x[(FirstRow(block, g) * g.Channels) + c] - reference + workspace[(block * g.Channels) + c] - average;
            average += d * share;
            squares += workspace[((g.Blocks + block) * g.Channels) + c] + (d * d * before * share);
        }
        average += reference;
        mean[c] = average;
        inverse[c] = 1f / XMath.Sqrt((squares / g.Rows) + g.Epsilon);
        runningMean[c] = ((1f - g.Momentum) * runningMean[c]) + (g.Momentum * average);
        runningVariance[c] = ((1f - g.Momentum) * runningVariance[c]) + (g.Momentum * (squares / (g.Rows - 1)));
    }

    // A thread owns y[row,c]. Nothing is shared; loads are contiguous in c. Out of training, `spread` is the running variance.
    public static void Apply<TActivation>(View x, View mean, View spread, View weight, View bias, View y, BatchNormGeometry g)
        where TActivation : unmanaged, IActivation
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= g.Rows * g.Channels)
            return;
        int c = i % g.Channels;
        y[i] = TActivation.Forward((weight[c] * ((x[i] - mean[c]) * Inverse(spread[c], g))) + bias[c]);
    }

    // A thread owns Σdz and Σdz·x̂ of one channel in one block of rows. Nothing is shared; loads are contiguous in c.
    public static void BlockGradients<TActivation>(
        View x, View dy, View mean, View spread, View weight, View bias, View workspace, BatchNormGeometry g)
        where TActivation : unmanaged, IActivation
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= g.Blocks * g.Channels)
            return;
        int c = i % g.Channels;
        int block = i / g.Channels;
        int end = FirstRow(block + 1, g);
        float center = mean[c];
        float inverse = Inverse(spread[c], g);
        float scale = weight[c];
        float shift = bias[c];
        float sum = 0f;
        float products = 0f;
        for (int row = FirstRow(block, g); row < end; row++)
        {
            float normal = (x[(row * g.Channels) + c] - center) * inverse;
            float dz = dy[(row * g.Channels) + c] * TActivation.Gradient((scale * normal) + shift);
            sum += dz;
            products += dz * normal;
        }
        workspace[i] = sum;
        workspace[(g.Blocks * g.Channels) + i] = products;
    }

    // A thread owns the totals of a channel and adds its blocks in order. Nothing is shared; loads are contiguous in c.
    public static void CombineGradients(View workspace, View dweight, View dbias, BatchNormGeometry g, int hasWeight, int hasBias)
    {
        int c = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (c >= g.Channels)
            return;
        float sum = 0f;
        float products = 0f;
        for (int block = 0; block < g.Blocks; block++)
        {
            sum += workspace[(block * g.Channels) + c];
            products += workspace[((g.Blocks + block) * g.Channels) + c];
        }
        workspace[(2 * g.Blocks * g.Channels) + c] = sum;
        workspace[(((2 * g.Blocks) + 1) * g.Channels) + c] = products;
        if (hasBias != 0)
            dbias[c] += sum;
        if (hasWeight != 0)
            dweight[c] += products;
    }

    // A thread owns dx[row,c]. Nothing is shared; loads are contiguous in c.
    public static void BackwardData<TActivation>(
        View x, View dy, View mean, View spread, View weight, View bias, View workspace, View dx, BatchNormGeometry g, int add)
        where TActivation : unmanaged, IActivation
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= g.Rows * g.Channels)
            return;
        int c = i % g.Channels;
        float inverse = Inverse(spread[c], g);
        float normal = (x[i] - mean[c]) * inverse;
        float value = dy[i] * TActivation.Gradient((weight[c] * normal) + bias[c]);
        if (g.Training != 0)
        {
            float sum = workspace[(2 * g.Blocks * g.Channels) + c];
            float products = workspace[(((2 * g.Blocks) + 1) * g.Channels) + c];
            value -= (sum + (normal * products)) / g.Rows;
        }
        value *= weight[c] * inverse;
        dx[i] = add != 0 ? dx[i] + value : value;
    }

    // In training the inverse deviation is saved; otherwise it follows from the running variance.
    private static float Inverse(float spread, BatchNormGeometry g) => g.Training != 0 ? spread : 1f / XMath.Sqrt(spread + g.Epsilon);

    // The rows are dealt out so that the first Rows mod Blocks blocks have one more.
    private static int FirstRow(int block, BatchNormGeometry g)
    {
        int each = g.Rows / g.Blocks;
        int more = g.Rows - (each * g.Blocks);
        return (block * each) + (block < more ? block : more);
    }
}

/// <summary>What the kernels of batch normalisation need to know, by value.</summary>
internal readonly struct BatchNormGeometry
{
    /// <summary>Values a channel, and channels.</summary>
    public readonly int Rows, Channels;

    /// <summary>Row blocks that are summed apart before they are combined.</summary>
    public readonly int Blocks;

    /// <summary>1 where the statistics are those of the batch, 0 where they are the running ones.</summary>
    public readonly int Training;

    /// <summary>The operator's numbers.</summary>
    public readonly float Epsilon, Momentum;

    /// <summary>Collects the extents.</summary>
    internal BatchNormGeometry(BatchNorm op, int blocks, bool training)
    {
        (Rows, Channels, Blocks) = (op.Input.Rows, op.Input.C, blocks);
        Training = training ? 1 : 0;
        (Epsilon, Momentum) = (op.Epsilon, op.Momentum);
    }
}
