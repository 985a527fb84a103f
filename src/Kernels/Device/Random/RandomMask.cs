using System.Numerics;
using System.Runtime.CompilerServices;
using ILGPU;

namespace GpuNet.Kernels;

/// <summary>
/// A random choice for every index, recomputed wherever it is needed instead of stored: a hash of the index and a key, by 32-bit
/// operations that give the same bits on every device (multiply and xor-shift rounds after Wellons, "Prospecting for hash functions",
/// 2018). An index is kept where its hash reaches a threshold; integers are compared, since kernels cannot turn one into a float.
/// </summary>
internal static class RandomMask
{
    private const uint First = 0x7FEB352D, Second = 0x846CA68B, Third = 0x9E3779B1;

    /// <summary>The key of a seed, so that neighbouring seeds give unrelated masks.</summary>
    public static uint Key(uint seed) => Hash(seed, Third);

    /// <summary>Where the kept hashes begin, for a share of indices to drop.</summary>
    public static uint Threshold(float rate) => (uint)(rate * 4294967296.0);

    /// <summary>32 random bits for an index. The key enters twice, or the masks of two keys would be permutations of each other.</summary>
    public static uint Hash(uint index, uint key)
    {
        uint h = index ^ key;
        h ^= h >> 16;
        h *= First;
        h ^= h >> 15;
        h *= Second;
        h ^= h >> 16;
        return (h + key) * Third;
    }

    /// <summary>The same for several indices.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<uint> Hash(Vector<uint> index, Vector<uint> key)
    {
        Vector<uint> h = index ^ key;
        h ^= h >> 16;
        h *= First;
        h ^= h >> 15;
        h *= Second;
        h ^= h >> 16;
        return (h + key) * Third;
    }
}

internal static class RandomMaskKernels
{
    // A thread owns y[i]; every `each` elements share a choice. Nothing is shared; loads and stores are contiguous. Backward is the
    // same with dy for x.
    public static void Apply(View x, View y, int count, int each, uint key, uint threshold, float scale, int add)
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= count)
            return;
        float value = RandomMask.Hash((uint)(i / each), key) >= threshold ? x[i] * scale : 0f;
        y[i] = add != 0 ? y[i] + value : value;
    }

    // A thread owns four neighbouring elements of y in some rows (see ElementwiseGeometry), and images lie on the grid's second axis.
    // Nothing is shared; neighbouring threads read neighbouring vectors.
    [HotKernel(VectorLoads = true)]
    public static void ApplyVectors<TAccess, TMask>(View x, View y, ElementwiseGeometry g, uint key, uint limit, float factor, int add)
        where TAccess : unmanaged, IVectorAccess
        where TMask : unmanaged, IMask
    {
        int thread = (Grid.IdxX * Group.DimX) + Group.IdxX;
        int block = thread / g.Lanes;
        if (block >= g.Blocks)
            return;
        int start = (thread - (block * g.Lanes)) * 4;
        int end = ElementwiseKernels.End(block, g);
        for (int row = block * g.Run; row < end; row += g.Step)
        {
            for (int c = start; c < g.Channels; c += 4 * g.Lanes)
            {
                int count = g.Channels - c;
                int at = (((Grid.IdxY * g.Rows) + row) * g.Channels) + c;
                Float4 v = factor * TAccess.Load(x, at, count);
                var value = new Float4(
                    TMask.Keeps(at, Grid.IdxY, key, limit) ? v.X : 0f, TMask.Keeps(at + 1, Grid.IdxY, key, limit) ? v.Y : 0f,
                    TMask.Keeps(at + 2, Grid.IdxY, key, limit) ? v.Z : 0f, TMask.Keeps(at + 3, Grid.IdxY, key, limit) ? v.W : 0f);
                if (add != 0)
                    value = TAccess.Load(y, at, count) + value;
                TAccess.Store(y, at, value, count);
            }
        }
    }
}

/// <summary>What a random choice is made for.</summary>
internal interface IMask
{
    /// <summary>Whether an element is kept.</summary>
    static abstract bool Keeps(int element, int image, uint key, uint limit);
}

/// <summary>Each element.</summary>
internal readonly struct ElementMask : IMask
{
    public static bool Keeps(int element, int image, uint key, uint limit) => RandomMask.Hash((uint)element, key) >= limit;
}

/// <summary>Each image.</summary>
internal readonly struct ImageMask : IMask
{
    public static bool Keeps(int element, int image, uint key, uint limit) => RandomMask.Hash((uint)image, key) >= limit;
}
