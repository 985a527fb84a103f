using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>
/// Arithmetic on one tile of attention. A tile of scores is a matrix with rows of <see cref="Width"/>; keys come transposed, a row for
/// each channel, so that lanes are keys there, and channels in the products with rows of tokens.
/// </summary>
internal static unsafe class AttentionTiles<TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    /// <summary>Columns of a tile: a multiple of two registers of any width.</summary>
    public const int Width = 64;

    /// <summary>Most rows of a tile; a multiple of 4, because <see cref="Scores"/> writes rows by fours.</summary>
    public const int MaxRows = 32;

    /// <summary>target[c, j] = rows[j, c], filled up with zeros.</summary>
    public static void Transpose(float* rows, int stride, int count, int d, float* target)
    {
        for (int j = 0; j < count; j++)
        {
            for (int c = 0; c < d; c++)
                target[(c * Width) + j] = rows[((long)j * stride) + c];
        }
        for (int c = 0; c < d && count < Width; c++)
            new Span<float>(target + (c * Width) + count, Width - count).Clear();
    }

    /// <summary>
    /// scores[i, j] = scale · Σ_c rows[i, c] · transposed[c, j]. Four rows by two registers fill the multiply-add units; where rows run
    /// out, the last is computed again.
    /// </summary>
    public static void Scores(float* rows, int stride, int count, float* transposed, int columns, int d, float scale, float* scores)
    {
        TLanes factor = TLanes.Create(scale);
        for (int i = 0; i < count; i += 4)
        {
            float* r0 = rows + ((long)i * stride);
            float* r1 = rows + ((long)Math.Min(i + 1, count - 1) * stride);
            float* r2 = rows + ((long)Math.Min(i + 2, count - 1) * stride);
            float* r3 = rows + ((long)Math.Min(i + 3, count - 1) * stride);
            for (int j = 0; j < columns; j += 2 * TLanes.Count)
            {
                TLanes a0 = TLanes.Create(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
                float* column = transposed + j;
                for (int c = 0; c < d; c++)
                {
                    TLanes a = TLanes.Load(column), b = TLanes.Load(column + TLanes.Count);
                    column += Width;
                    TLanes x0 = TLanes.Create(r0[c]), x1 = TLanes.Create(r1[c]);
                    a0 = TLanes.MultiplyAdd(x0, a, a0);
                    b0 = TLanes.MultiplyAdd(x0, b, b0);
                    a1 = TLanes.MultiplyAdd(x1, a, a1);
                    b1 = TLanes.MultiplyAdd(x1, b, b1);
                    TLanes x2 = TLanes.Create(r2[c]), x3 = TLanes.Create(r3[c]);
                    a2 = TLanes.MultiplyAdd(x2, a, a2);
                    b2 = TLanes.MultiplyAdd(x2, b, b2);
                    a3 = TLanes.MultiplyAdd(x3, a, a3);
                    b3 = TLanes.MultiplyAdd(x3, b, b3);
                }
                float* to = scores + (i * Width) + j;
                StorePair(a0 * factor, b0 * factor, to);
                StorePair(a1 * factor, b1 * factor, to + Width);
                StorePair(a2 * factor, b2 * factor, to + (2 * Width));
                StorePair(a3 * factor, b3 * factor, to + (3 * Width));
            }
        }
    }

    /// <summary>The greatest of some scores.</summary>
    public static float Maximum(float* scores, int count)
    {
        TLanes lanes = TLanes.Create(float.NegativeInfinity);
        int j = 0;
        for (; j <= count - TLanes.Count; j += TLanes.Count)
            lanes = TLanes.Max(lanes, TLanes.Load(scores + j));
        float max = TLanes.MaxLane(lanes);
        for (; j < count; j++)
            max = MathF.Max(max, scores[j]);
        return max;
    }

    /// <summary>Puts exp(score − max) in the place of each score and returns their sum.</summary>
    public static float Exponentials(float* scores, int count, float max)
    {
        TLanes top = TLanes.Create(max), sums = TLanes.Create(0);
        int j = 0;
        for (; j <= count - TLanes.Count; j += TLanes.Count)
        {
            TLanes e = TLanes.Exp(TLanes.Load(scores + j) - top);
            TLanes.Store(e, scores + j);
            sums += e;
        }
        float sum = TLanes.Sum(sums);
        for (; j < count; j++)
        {
            scores[j] = MathF.Exp(scores[j] - max);
            sum += scores[j];
        }
        return sum;
    }

    /// <summary>
    /// Puts p = exp(score − lse) in the place of each score, and scale · p · (product − dot) in the place of each product dy·v.
    /// </summary>
    public static void Gradients(float* scores, float* products, int count, float lse, float dot, float scale)
    {
        int j = 0;
        for (; j <= count - TLanes.Count; j += TLanes.Count)
            Gradient<TLanes>(scores + j, products + j, lse, dot, scale);
        for (; j < count; j++)
            Gradient<Lanes1>(scores + j, products + j, lse, dot, scale);
    }

    /// <summary>Multiplies a row by a number.</summary>
    public static void Scale(float* row, int d, float factor)
    {
        TLanes lanes = TLanes.Create(factor);
        int c = 0;
        for (; c <= d - TLanes.Count; c += TLanes.Count)
            TLanes.Store(TLanes.Load(row + c) * lanes, row + c);
        for (; c < d; c++)
            row[c] *= factor;
    }

    /// <summary>Σ a[c] · b[c].</summary>
    public static float Dot(float* a, float* b, int d)
    {
        TLanes sums = TLanes.Create(0);
        int c = 0;
        for (; c <= d - TLanes.Count; c += TLanes.Count)
            sums = TLanes.MultiplyAdd(TLanes.Load(a + c), TLanes.Load(b + c), sums);
        float sum = TLanes.Sum(sums);
        for (; c < d; c++)
            sum += a[c] * b[c];
        return sum;
    }

    /// <summary>
    /// target[i, c] += Σ_t factors[i·rowStep + t·termStep] · source[t, c]: a tile times rows of tokens, or its transpose. Heads of 36 or
    /// 60 channels are common, so what is left over the full registers goes by fours before it goes one by one.
    /// </summary>
    public static void AddProduct(
        float* factors, int rowStep, int termStep, int rows, int terms, float* source, int sourceStride, float* target, int targetStride,
        int d)
    {
        int i = 0;
        for (; i <= rows - 4; i += 4)
        {
            float* f = factors + (i * rowStep);
            float* to = target + ((long)i * targetStride);
            int c = 0;
            for (; c <= d - (2 * TLanes.Count); c += 2 * TLanes.Count)
                AddFourByTwo(f, rowStep, termStep, terms, source + c, sourceStride, to + c, targetStride);
            for (; c <= d - TLanes.Count; c += TLanes.Count)
                AddFour<TLanes>(f, rowStep, termStep, terms, source + c, sourceStride, to + c, targetStride);
            for (; c <= d - Lanes128.Count; c += Lanes128.Count)
                AddFour<Lanes128>(f, rowStep, termStep, terms, source + c, sourceStride, to + c, targetStride);
            for (; c < d; c++)
                AddFour<Lanes1>(f, rowStep, termStep, terms, source + c, sourceStride, to + c, targetStride);
        }
        for (; i < rows; i++)
        {
            float* f = factors + (i * rowStep);
            float* to = target + ((long)i * targetStride);
            int c = 0;
            for (; c <= d - TLanes.Count; c += TLanes.Count)
                AddOne<TLanes>(f, termStep, terms, source + c, sourceStride, to + c);
            for (; c <= d - Lanes128.Count; c += Lanes128.Count)
                AddOne<Lanes128>(f, termStep, terms, source + c, sourceStride, to + c);
            for (; c < d; c++)
                AddOne<Lanes1>(f, termStep, terms, source + c, sourceStride, to + c);
        }
    }

    private static void AddFourByTwo(
        float* f, int rowStep, int termStep, int terms, float* source, int sourceStride, float* to, int stride)
    {
        TLanes a0 = TLanes.Create(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        for (int t = 0; t < terms; t++)
        {
            TLanes a = TLanes.Load(source), b = TLanes.Load(source + TLanes.Count);
            TLanes x0 = TLanes.Create(f[0]), x1 = TLanes.Create(f[rowStep]);
            a0 = TLanes.MultiplyAdd(x0, a, a0);
            b0 = TLanes.MultiplyAdd(x0, b, b0);
            a1 = TLanes.MultiplyAdd(x1, a, a1);
            b1 = TLanes.MultiplyAdd(x1, b, b1);
            TLanes x2 = TLanes.Create(f[2 * rowStep]), x3 = TLanes.Create(f[3 * rowStep]);
            a2 = TLanes.MultiplyAdd(x2, a, a2);
            b2 = TLanes.MultiplyAdd(x2, b, b2);
            a3 = TLanes.MultiplyAdd(x3, a, a3);
            b3 = TLanes.MultiplyAdd(x3, b, b3);
            source += sourceStride;
            f += termStep;
        }
        AddPair(a0, b0, to);
        AddPair(a1, b1, to + stride);
        AddPair(a2, b2, to + (2L * stride));
        AddPair(a3, b3, to + (3L * stride));
    }

    private static void AddFour<T>(float* f, int rowStep, int termStep, int terms, float* source, int sourceStride, float* to, int stride)
        where T : unmanaged, ILanes<T>
    {
        T a0 = T.Create(0), a1 = a0, a2 = a0, a3 = a0;
        for (int t = 0; t < terms; t++)
        {
            T a = T.Load(source);
            a0 = T.MultiplyAdd(T.Create(f[0]), a, a0);
            a1 = T.MultiplyAdd(T.Create(f[rowStep]), a, a1);
            a2 = T.MultiplyAdd(T.Create(f[2 * rowStep]), a, a2);
            a3 = T.MultiplyAdd(T.Create(f[3 * rowStep]), a, a3);
            source += sourceStride;
            f += termStep;
        }
        T.Store(T.Load(to) + a0, to);
        T.Store(T.Load(to + stride) + a1, to + stride);
        T.Store(T.Load(to + (2L * stride)) + a2, to + (2L * stride));
        T.Store(T.Load(to + (3L * stride)) + a3, to + (3L * stride));
    }

    private static void AddOne<T>(float* f, int termStep, int terms, float* source, int sourceStride, float* to)
        where T : unmanaged, ILanes<T>
    {
        T sum = T.Create(0);
        for (int t = 0; t < terms; t++)
        {
            sum = T.MultiplyAdd(T.Create(*f), T.Load(source), sum);
            source += sourceStride;
            f += termStep;
        }
        T.Store(T.Load(to) + sum, to);
    }

    private static void Gradient<T>(float* score, float* product, float lse, float dot, float scale)
        where T : unmanaged, ILanes<T>
    {
        T p = T.Exp(T.Load(score) - T.Create(lse));
        T.Store(p, score);
        T.Store(T.Create(scale) * p * (T.Load(product) - T.Create(dot)), product);
    }

    private static void StorePair(TLanes a, TLanes b, float* to)
    {
        TLanes.Store(a, to);
        TLanes.Store(b, to + TLanes.Count);
    }

    private static void AddPair(TLanes a, TLanes b, float* to) =>
        StorePair(TLanes.Load(to) + a, TLanes.Load(to + TLanes.Count) + b, to);
}
