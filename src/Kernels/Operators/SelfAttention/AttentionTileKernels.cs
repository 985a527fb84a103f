using ILGPU;
using ILGPU.Algorithms;

namespace GpuNet.Kernels;

/// <summary>
/// In all three kernels a thread owns one token of one head and keeps its rows in registers; blocks of tokens, heads and images are the
/// grid's axes. The group brings the other tokens' rows into shared memory tile by tile, where all threads read the same one at the same
/// time. Rows are a vector apart from one another, so that writing them meets no bank twice.
/// </summary>
internal static class AttentionTileKernels
{
    // A thread owns y[i] and lse[i] and sees every key once: sum and result are rescaled when the maximum grows. Keys and values are
    // shared.
    [HotKernel(VectorLoads = true)]
    public static void Forward<TTile, TWidth, TAccess>(View x, View y, View lse, AttentionGeometry g, int saves)
        where TTile : unmanaged, IAttentionTile
        where TWidth : unmanaged, IHeadWidth
        where TAccess : unmanaged, IVectorAccess
    {
        ArrayView<Float4> keys = SharedMemory.Allocate<Float4>(TTile.Tokens * (TWidth.Vectors + 1));
        ArrayView<Float4> values = SharedMemory.Allocate<Float4>(TTile.Tokens * (TWidth.Vectors + 1));
        int i = (Grid.IdxX * TTile.Size) + Group.IdxX;
        int token = (Grid.IdxZ * g.Tokens) + i;
        int own = i < g.Tokens ? g.D : 0;
        HeadChannels q = HeadChannels.Load<TWidth, TAccess>(x, (token * 3 * g.E) + (Grid.IdxY * g.D), own);
        HeadChannels result = HeadChannels.Zero;
        float max = float.MinValue, sum = 0f;
        for (int first = 0; first < g.Tokens; first += TTile.Tokens)
        {
            int left = g.Tokens - first;
            Group.Barrier();
            LoadTile<TTile, TWidth, TAccess>(x, keys, Key(first, g), 3 * g.E, left, g);
            LoadTile<TTile, TWidth, TAccess>(x, values, Key(first, g) + g.E, 3 * g.E, left, g);
            Group.Barrier();
            for (int j = 0; j < TTile.Tokens && j < left; j += 4)
            {
                int at = j * (TWidth.Vectors + 1);
                float s0 = g.Scale * HeadChannels.Dot<TWidth>(q, HeadChannels.From<TWidth>(keys, at));
                float s1 = g.Scale * HeadChannels.Dot<TWidth>(q, HeadChannels.From<TWidth>(keys, at + TWidth.Vectors + 1));
                float s2 = g.Scale * HeadChannels.Dot<TWidth>(q, HeadChannels.From<TWidth>(keys, at + (2 * (TWidth.Vectors + 1))));
                float s3 = g.Scale * HeadChannels.Dot<TWidth>(q, HeadChannels.From<TWidth>(keys, at + (3 * (TWidth.Vectors + 1))));
                s1 = j + 1 < left ? s1 : float.MinValue;
                s2 = j + 2 < left ? s2 : float.MinValue;
                s3 = j + 3 < left ? s3 : float.MinValue;
                float above = MathF.Max(max, MathF.Max(MathF.Max(s0, s1), MathF.Max(s2, s3)));
                float kept = XMath.Exp(max - above);
                float p0 = XMath.Exp(s0 - above), p1 = XMath.Exp(s1 - above), p2 = XMath.Exp(s2 - above), p3 = XMath.Exp(s3 - above);
                max = above;
                sum = (sum * kept) + ((p0 + p1) + (p2 + p3));
                result = HeadChannels.Times<TWidth>(kept, result);
                result = HeadChannels.Add<TWidth>(result, p0, HeadChannels.From<TWidth>(values, at));
                result = HeadChannels.Add<TWidth>(result, p1, HeadChannels.From<TWidth>(values, at + TWidth.Vectors + 1));
                result = HeadChannels.Add<TWidth>(result, p2, HeadChannels.From<TWidth>(values, at + (2 * (TWidth.Vectors + 1))));
                result = HeadChannels.Add<TWidth>(result, p3, HeadChannels.From<TWidth>(values, at + (3 * (TWidth.Vectors + 1))));
            }
        }
        HeadChannels.Store<TWidth, TAccess>(y, (token * g.E) + (Grid.IdxY * g.D), HeadChannels.Times<TWidth>(1f / sum, result), own, 0);
        if (saves != 0 && own > 0)
            lse[(token * g.Heads) + Grid.IdxY] = max + XMath.Log(sum);
    }

    // A thread owns dq[i], and dy[i]·y[i], which it leaves for the keys, and sees every key once. Keys and values are shared.
    [HotKernel(VectorLoads = true)]
    public static void BackwardQueries<TTile, TWidth, TAccess>(
        View x, View y, View lse, View dy, View dots, View dx, AttentionGeometry g, int add)
        where TTile : unmanaged, IAttentionTile
        where TWidth : unmanaged, IHeadWidth
        where TAccess : unmanaged, IVectorAccess
    {
        ArrayView<Float4> keys = SharedMemory.Allocate<Float4>(TTile.Tokens * (TWidth.Vectors + 1));
        ArrayView<Float4> values = SharedMemory.Allocate<Float4>(TTile.Tokens * (TWidth.Vectors + 1));
        int i = (Grid.IdxX * TTile.Size) + Group.IdxX;
        int token = (Grid.IdxZ * g.Tokens) + i;
        int own = i < g.Tokens ? g.D : 0;
        int row = (token * g.E) + (Grid.IdxY * g.D);
        int query = (token * 3 * g.E) + (Grid.IdxY * g.D);
        HeadChannels q = HeadChannels.Load<TWidth, TAccess>(x, query, own);
        HeadChannels slope = HeadChannels.Load<TWidth, TAccess>(dy, row, own);
        float dot = HeadChannels.Dot<TWidth>(slope, HeadChannels.Load<TWidth, TAccess>(y, row, own));
        float total = 0f;
        if (own > 0)
        {
            total = lse[(token * g.Heads) + Grid.IdxY];
            dots[(token * g.Heads) + Grid.IdxY] = dot;
        }
        HeadChannels result = HeadChannels.Zero;
        for (int first = 0; first < g.Tokens; first += TTile.Tokens)
        {
            int left = g.Tokens - first;
            Group.Barrier();
            LoadTile<TTile, TWidth, TAccess>(x, keys, Key(first, g), 3 * g.E, left, g);
            LoadTile<TTile, TWidth, TAccess>(x, values, Key(first, g) + g.E, 3 * g.E, left, g);
            Group.Barrier();
            for (int j = 0; j < TTile.Tokens && j < left; j++)
            {
                HeadChannels key = HeadChannels.From<TWidth>(keys, j * (TWidth.Vectors + 1));
                float p = XMath.Exp((g.Scale * HeadChannels.Dot<TWidth>(q, key)) - total);
                float above = HeadChannels.Dot<TWidth>(slope, HeadChannels.From<TWidth>(values, j * (TWidth.Vectors + 1))) - dot;
                result = HeadChannels.Add<TWidth>(result, g.Scale * p * above, key);
            }
        }
        HeadChannels.Store<TWidth, TAccess>(dx, query, result, own, add);
    }

    // A thread owns dk[j] and dv[j] and sees every query once. Queries, their dy, lse and dy·y are shared.
    [HotKernel(VectorLoads = true)]
    public static void BackwardKeys<TTile, TWidth, TAccess>(View x, View lse, View dy, View dots, View dx, AttentionGeometry g, int add)
        where TTile : unmanaged, IAttentionTile
        where TWidth : unmanaged, IHeadWidth
        where TAccess : unmanaged, IVectorAccess
    {
        ArrayView<Float4> queries = SharedMemory.Allocate<Float4>(TTile.Tokens * (TWidth.Vectors + 1));
        ArrayView<Float4> slopes = SharedMemory.Allocate<Float4>(TTile.Tokens * (TWidth.Vectors + 1));
        ArrayView<float> totals = SharedMemory.Allocate<float>(TTile.Tokens);
        ArrayView<float> products = SharedMemory.Allocate<float>(TTile.Tokens);
        int j = (Grid.IdxX * TTile.Size) + Group.IdxX;
        int own = j < g.Tokens ? g.D : 0;
        int at = Key(j, g);
        HeadChannels key = HeadChannels.Load<TWidth, TAccess>(x, at, own);
        HeadChannels value = HeadChannels.Load<TWidth, TAccess>(x, at + g.E, own);
        HeadChannels dkey = HeadChannels.Zero, dvalue = HeadChannels.Zero;
        for (int first = 0; first < g.Tokens; first += TTile.Tokens)
        {
            int left = g.Tokens - first;
            int token = (Grid.IdxZ * g.Tokens) + first;
            Group.Barrier();
            LoadTile<TTile, TWidth, TAccess>(x, queries, (token * 3 * g.E) + (Grid.IdxY * g.D), 3 * g.E, left, g);
            LoadTile<TTile, TWidth, TAccess>(dy, slopes, (token * g.E) + (Grid.IdxY * g.D), g.E, left, g);
            for (int e = Group.IdxX; e < TTile.Tokens && e < left; e += TTile.Size)
            {
                totals[e] = lse[((token + e) * g.Heads) + Grid.IdxY];
                products[e] = dots[((token + e) * g.Heads) + Grid.IdxY];
            }
            Group.Barrier();
            for (int i = 0; i < TTile.Tokens && i < left; i++)
            {
                HeadChannels q = HeadChannels.From<TWidth>(queries, i * (TWidth.Vectors + 1));
                HeadChannels slope = HeadChannels.From<TWidth>(slopes, i * (TWidth.Vectors + 1));
                float p = XMath.Exp((g.Scale * HeadChannels.Dot<TWidth>(q, key)) - totals[i]);
                dvalue = HeadChannels.Add<TWidth>(dvalue, p, slope);
                dkey = HeadChannels.Add<TWidth>(dkey, g.Scale * p * (HeadChannels.Dot<TWidth>(slope, value) - products[i]), q);
            }
        }
        HeadChannels.Store<TWidth, TAccess>(dx, at, dkey, own, add);
        HeadChannels.Store<TWidth, TAccess>(dx, at + g.E, dvalue, own, add);
    }

    // A thread loads every so manieth row of a tile; rows past the last token are zeros.
    private static void LoadTile<TTile, TWidth, TAccess>(
        View source, ArrayView<Float4> tile, int start, int pitch, int left, AttentionGeometry g)
        where TTile : unmanaged, IAttentionTile
        where TWidth : unmanaged, IHeadWidth
        where TAccess : unmanaged, IVectorAccess
    {
        for (int e = Group.IdxX; e < TTile.Tokens; e += TTile.Size)
        {
            HeadChannels row = HeadChannels.Load<TWidth, TAccess>(source, start + (e * pitch), e < left ? g.D : 0);
            HeadChannels.To<TWidth>(tile, e * (TWidth.Vectors + 1), row);
        }
    }

    // Where the key of a token begins, in the head and image of the group.
    private static int Key(int token, AttentionGeometry g) => (((((Grid.IdxZ * g.Tokens) + token) * 3) + 1) * g.E) + (Grid.IdxY * g.D);
}
