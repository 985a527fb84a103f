using ILGPU;
using ILGPU.Algorithms;

namespace GpuNet.Kernels;

/// <summary>
/// In all four kernels a thread owns one token of one head. Tokens are the fastest index: a warp then reads the same row of the other
/// token at the same time, which is one broadcast load. Sums over channels wider than registers stand in the result's own memory.
/// </summary>
internal static class SelfAttentionKernels
{
    // A thread owns y[i] and lse[i]; it walks the keys twice, for the maximum with the sum, and for the values. Nothing is shared;
    // keys and values are broadcast.
    public static void Forward(View x, View y, View lse, AttentionGeometry g, int saves)
    {
        int thread = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (thread >= g.N * g.Heads * g.Tokens)
            return;
        int i = thread % g.Tokens;
        int head = thread / g.Tokens % g.Heads;
        int n = thread / g.Tokens / g.Heads;
        int q = (((n * g.Tokens) + i) * 3 * g.E) + (head * g.D);
        int k = (((n * g.Tokens * 3) + 1) * g.E) + (head * g.D);
        int row = (((n * g.Tokens) + i) * g.E) + (head * g.D);
        float max = float.MinValue, sum = 0f;
        for (int j = 0; j < g.Tokens; j++)
        {
            float score = g.Scale * Dot(x, q, x, k + (j * 3 * g.E), g.D);
            float above = MathF.Max(max, score);
            sum = (sum * XMath.Exp(max - above)) + XMath.Exp(score - above);
            max = above;
        }
        if (saves != 0)
            lse[(((n * g.Tokens) + i) * g.Heads) + head] = max + XMath.Log(sum);
        for (int c = 0; c < g.D; c++)
            y[row + c] = 0f;
        for (int j = 0; j < g.Tokens; j++)
        {
            int key = k + (j * 3 * g.E);
            float p = XMath.Exp((g.Scale * Dot(x, q, x, key, g.D)) - max) / sum;
            for (int c = 0; c < g.D; c++)
                y[row + c] += p * x[key + g.E + c];
        }
    }

    // A thread owns dots[i] = dy[i]·y[i], which both backward kernels need for every pair. Nothing is shared; it is one pass.
    public static void Dots(View y, View dy, View dots, AttentionGeometry g)
    {
        int thread = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (thread >= g.N * g.Heads * g.Tokens)
            return;
        int i = thread % g.Tokens;
        int head = thread / g.Tokens % g.Heads;
        int n = thread / g.Tokens / g.Heads;
        int row = (((n * g.Tokens) + i) * g.E) + (head * g.D);
        dots[thread] = Dot(dy, row, y, row, g.D);
    }

    // A thread owns dq[i] and walks the keys in order. Nothing is shared; keys and values are broadcast.
    public static void BackwardQueries(View x, View lse, View dots, View dy, View dx, AttentionGeometry g, int add)
    {
        int thread = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (thread >= g.N * g.Heads * g.Tokens)
            return;
        int i = thread % g.Tokens;
        int head = thread / g.Tokens % g.Heads;
        int n = thread / g.Tokens / g.Heads;
        int q = (((n * g.Tokens) + i) * 3 * g.E) + (head * g.D);
        int k = (((n * g.Tokens * 3) + 1) * g.E) + (head * g.D);
        int row = (((n * g.Tokens) + i) * g.E) + (head * g.D);
        float total = lse[(((n * g.Tokens) + i) * g.Heads) + head];
        float dot = dots[thread];
        if (add == 0)
        {
            for (int c = 0; c < g.D; c++)
                dx[q + c] = 0f;
        }
        for (int j = 0; j < g.Tokens; j++)
        {
            int key = k + (j * 3 * g.E);
            float p = XMath.Exp((g.Scale * Dot(x, q, x, key, g.D)) - total);
            float ds = g.Scale * p * (Dot(dy, row, x, key + g.E, g.D) - dot);
            for (int c = 0; c < g.D; c++)
                dx[q + c] += ds * x[key + c];
        }
    }

    // A thread owns dk[j] and dv[j] and walks the queries in order. Nothing is shared; queries and dy are broadcast.
    public static void BackwardKeys(View x, View lse, View dots, View dy, View dx, AttentionGeometry g, int add)
    {
        int thread = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (thread >= g.N * g.Heads * g.Tokens)
            return;
        int j = thread % g.Tokens;
        int head = thread / g.Tokens % g.Heads;
        int n = thread / g.Tokens / g.Heads;
        int key = (((((n * g.Tokens) + j) * 3) + 1) * g.E) + (head * g.D);
        if (add == 0)
        {
            for (int c = 0; c < g.D; c++)
            {
                dx[key + c] = 0f;
                dx[key + g.E + c] = 0f;
            }
        }
        for (int i = 0; i < g.Tokens; i++)
        {
            int token = (n * g.Tokens) + i;
            int q = (token * 3 * g.E) + (head * g.D);
            int row = (token * g.E) + (head * g.D);
            float p = XMath.Exp((g.Scale * Dot(x, q, x, key, g.D)) - lse[(token * g.Heads) + head]);
            float ds = g.Scale * p * (Dot(dy, row, x, key + g.E, g.D) - dots[(((n * g.Heads) + head) * g.Tokens) + i]);
            for (int c = 0; c < g.D; c++)
            {
                dx[key + c] += ds * x[q + c];
                dx[key + g.E + c] += p * dy[row + c];
            }
        }
    }

    private static float Dot(View a, int startA, View b, int startB, int count)
    {
        float sum = 0f;
        for (int c = 0; c < count; c++)
            sum += a[startA + c] * b[startB + c];
        return sum;
    }
}
