using ILGPU;
using ILGPU.Algorithms;

namespace GpuNet.Kernels;

/// <summary>
/// For processors: as <see cref="AttentionTileKernels"/>, but a thread owns two neighbouring tokens and reads the others' rows where they
/// lie, once for both. A head's rows stay in the cache, and there is nothing to wait for.
/// </summary>
internal static class AttentionDirectKernels
{
    // A thread owns y and lse of two queries and sees every key once: sum and result are rescaled when the maximum grows.
    [HotKernel(VectorLoads = true)]
    public static void Forward<TWidth, TAccess>(View x, View y, View lse, AttentionGeometry g, int saves)
        where TWidth : unmanaged, IHeadWidth
        where TAccess : unmanaged, IVectorAccess
    {
        int i = ((Grid.IdxX * Group.DimX) + Group.IdxX) * 2;
        if (i >= g.Tokens)
            return;
        // The last token of an odd number is taken twice.
        int other = i + 1 < g.Tokens ? 1 : 0;
        int token = (Grid.IdxZ * g.Tokens) + i;
        int query = (token * 3 * g.E) + (Grid.IdxY * g.D);
        HeadChannels q = HeadChannels.Load<TWidth, TAccess>(x, query, g.D);
        HeadChannels q1 = HeadChannels.Load<TWidth, TAccess>(x, query + (other * 3 * g.E), g.D);
        HeadChannels result = HeadChannels.Zero, result1 = HeadChannels.Zero;
        float max = float.MinValue, sum = 0f, max1 = float.MinValue, sum1 = 0f;
        int at = ((((Grid.IdxZ * g.Tokens) * 3) + 1) * g.E) + (Grid.IdxY * g.D);
        for (int j = 0; j < g.Tokens; j++)
        {
            HeadChannels key = HeadChannels.Load<TWidth, TAccess>(x, at, g.D);
            HeadChannels value = HeadChannels.Load<TWidth, TAccess>(x, at + g.E, g.D);
            float s = g.Scale * HeadChannels.Dot<TWidth>(q, key), s1 = g.Scale * HeadChannels.Dot<TWidth>(q1, key);
            if (s > max)
            {
                float kept = XMath.Exp(max - s);
                sum *= kept;
                result = HeadChannels.Times<TWidth>(kept, result);
                max = s;
            }
            if (s1 > max1)
            {
                float kept = XMath.Exp(max1 - s1);
                sum1 *= kept;
                result1 = HeadChannels.Times<TWidth>(kept, result1);
                max1 = s1;
            }
            float p = XMath.Exp(s - max), p1 = XMath.Exp(s1 - max1);
            sum += p;
            sum1 += p1;
            result = HeadChannels.Add<TWidth>(result, p, value);
            result1 = HeadChannels.Add<TWidth>(result1, p1, value);
            at += 3 * g.E;
        }
        int row = (token * g.E) + (Grid.IdxY * g.D);
        HeadChannels.Store<TWidth, TAccess>(y, row, HeadChannels.Times<TWidth>(1f / sum, result), g.D, 0);
        HeadChannels.Store<TWidth, TAccess>(y, row + (other * g.E), HeadChannels.Times<TWidth>(1f / sum1, result1), g.D, 0);
        if (saves == 0)
            return;
        lse[(token * g.Heads) + Grid.IdxY] = max + XMath.Log(sum);
        lse[((token + other) * g.Heads) + Grid.IdxY] = max1 + XMath.Log(sum1);
    }

    // A thread owns dq of a query, and dy·y, which it leaves for the keys, and sees every key once.
    [HotKernel(VectorLoads = true)]
    public static void BackwardQueries<TWidth, TAccess>(
        View x, View y, View lse, View dy, View dots, View dx, AttentionGeometry g, int add)
        where TWidth : unmanaged, IHeadWidth
        where TAccess : unmanaged, IVectorAccess
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= g.Tokens)
            return;
        int token = (Grid.IdxZ * g.Tokens) + i;
        int row = (token * g.E) + (Grid.IdxY * g.D);
        int query = (token * 3 * g.E) + (Grid.IdxY * g.D);
        HeadChannels q = HeadChannels.Load<TWidth, TAccess>(x, query, g.D);
        HeadChannels slope = HeadChannels.Load<TWidth, TAccess>(dy, row, g.D);
        float dot = HeadChannels.Dot<TWidth>(slope, HeadChannels.Load<TWidth, TAccess>(y, row, g.D));
        float total = lse[(token * g.Heads) + Grid.IdxY];
        dots[(token * g.Heads) + Grid.IdxY] = dot;
        HeadChannels result = HeadChannels.Zero;
        int at = ((((Grid.IdxZ * g.Tokens) * 3) + 1) * g.E) + (Grid.IdxY * g.D);
        for (int j = 0; j < g.Tokens; j++)
        {
            HeadChannels key = HeadChannels.Load<TWidth, TAccess>(x, at, g.D);
            HeadChannels value = HeadChannels.Load<TWidth, TAccess>(x, at + g.E, g.D);
            float p = XMath.Exp((g.Scale * HeadChannels.Dot<TWidth>(q, key)) - total);
            result = HeadChannels.Add<TWidth>(result, g.Scale * p * (HeadChannels.Dot<TWidth>(slope, value) - dot), key);
            at += 3 * g.E;
        }
        HeadChannels.Store<TWidth, TAccess>(dx, query, result, g.D, add);
    }

    // A thread owns dk and dv of a key and sees every query once.
    [HotKernel(VectorLoads = true)]
    public static void BackwardKeys<TWidth, TAccess>(View x, View lse, View dy, View dots, View dx, AttentionGeometry g, int add)
        where TWidth : unmanaged, IHeadWidth
        where TAccess : unmanaged, IVectorAccess
    {
        int j = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (j >= g.Tokens)
            return;
        int token = Grid.IdxZ * g.Tokens;
        int at = ((((token + j) * 3) + 1) * g.E) + (Grid.IdxY * g.D);
        HeadChannels key = HeadChannels.Load<TWidth, TAccess>(x, at, g.D);
        HeadChannels value = HeadChannels.Load<TWidth, TAccess>(x, at + g.E, g.D);
        HeadChannels dkey = HeadChannels.Zero, dvalue = HeadChannels.Zero;
        for (int i = 0; i < g.Tokens; i++)
        {
            HeadChannels q = HeadChannels.Load<TWidth, TAccess>(x, (token * 3 * g.E) + (Grid.IdxY * g.D), g.D);
            HeadChannels slope = HeadChannels.Load<TWidth, TAccess>(dy, (token * g.E) + (Grid.IdxY * g.D), g.D);
            float p = XMath.Exp((g.Scale * HeadChannels.Dot<TWidth>(q, key)) - lse[(token * g.Heads) + Grid.IdxY]);
            dvalue = HeadChannels.Add<TWidth>(dvalue, p, slope);
            float above = HeadChannels.Dot<TWidth>(slope, value) - dots[(token * g.Heads) + Grid.IdxY];
            dkey = HeadChannels.Add<TWidth>(dkey, g.Scale * p * above, q);
            token++;
        }
        HeadChannels.Store<TWidth, TAccess>(dx, at, dkey, g.D, add);
        HeadChannels.Store<TWidth, TAccess>(dx, at + g.E, dvalue, g.D, add);
    }
}
