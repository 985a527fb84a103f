using System.Runtime.CompilerServices;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>What a sum over taps works on: a line of target pixels, and for each tap the line it reads.</summary>
internal unsafe struct TapOperands
{
    /// <summary>For each tap the pixel the first target reads, and its weights.</summary>
    public float** Sources, Weights;

    /// <summary>For each tap where the products are added up.</summary>
    public float** Products;

    /// <summary>Distance of the source pixels of neighbouring targets.</summary>
    public nint SourceStep;

    /// <summary>First target, and the distance to the next.</summary>
    public float* Target;
    public nint TargetStep;

    /// <summary>What each target's sources are multiplied with for the products; it lies as the targets do.</summary>
    public float* Factor;

    /// <summary>Target pixels.</summary>
    public int Count;

    /// <summary>Channels, in whole registers.</summary>
    public int Channels;

    /// <summary>Whether to add to what the targets hold.</summary>
    public bool Adds;
}

/// <summary>
/// The inner loops of depthwise convolution in training: the weights of a strip of channels stay in registers while the line goes past. Lines are
/// padded, so that no tap is tested. One source serves all numbers of taps: the compiler drops those a call does not have.
/// </summary>
internal static unsafe class TapSum
{
    /// <summary>target[u] (+)= Σ_t weight_t · source_t[u]</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gather<TLanes, TTaps>(TapOperands* o)
        where TLanes : unmanaged, ILanes<TLanes>
        where TTaps : struct, ITapCount
    {
        nint step = o->SourceStep, targetStep = o->TargetStep;
        bool adds = o->Adds;
        for (int c = 0; c < o->Channels; c += TLanes.Count)
        {
            Unsafe.SkipInit(out TLanes w0);
            Unsafe.SkipInit(out TLanes w1);
            Unsafe.SkipInit(out TLanes w2);
            Unsafe.SkipInit(out TLanes w3);
            Unsafe.SkipInit(out TLanes w4);
            Unsafe.SkipInit(out TLanes w5);
            Unsafe.SkipInit(out TLanes w6);
            Unsafe.SkipInit(out TLanes w7);
            Unsafe.SkipInit(out TLanes w8);
            float* s0 = o->Sources[0] + c, s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0, s8 = s0;
            if (TTaps.Taps > 1) s1 = o->Sources[1] + c;
            if (TTaps.Taps > 2) s2 = o->Sources[2] + c;
            if (TTaps.Taps > 3) s3 = o->Sources[3] + c;
            if (TTaps.Taps > 4) s4 = o->Sources[4] + c;
            if (TTaps.Taps > 5) s5 = o->Sources[5] + c;
            if (TTaps.Taps > 6) s6 = o->Sources[6] + c;
            if (TTaps.Taps > 7) s7 = o->Sources[7] + c;
            if (TTaps.Taps > 8) s8 = o->Sources[8] + c;
            w0 = TLanes.Load(o->Weights[0] + c);
            if (TTaps.Taps > 1) w1 = TLanes.Load(o->Weights[1] + c);
            if (TTaps.Taps > 2) w2 = TLanes.Load(o->Weights[2] + c);
            if (TTaps.Taps > 3) w3 = TLanes.Load(o->Weights[3] + c);
            if (TTaps.Taps > 4) w4 = TLanes.Load(o->Weights[4] + c);
            if (TTaps.Taps > 5) w5 = TLanes.Load(o->Weights[5] + c);
            if (TTaps.Taps > 6) w6 = TLanes.Load(o->Weights[6] + c);
            if (TTaps.Taps > 7) w7 = TLanes.Load(o->Weights[7] + c);
            if (TTaps.Taps > 8) w8 = TLanes.Load(o->Weights[8] + c);
            float* target = o->Target + c;
            nint at = 0;
            for (int u = o->Count; u > 0; u--)
            {
                TLanes sum = TLanes.Load(s0 + at) * w0;
                if (TTaps.Taps > 1) sum = TLanes.MultiplyAdd(TLanes.Load(s1 + at), w1, sum);
                if (TTaps.Taps > 2) sum = TLanes.MultiplyAdd(TLanes.Load(s2 + at), w2, sum);
                if (TTaps.Taps > 3) sum = TLanes.MultiplyAdd(TLanes.Load(s3 + at), w3, sum);
                if (TTaps.Taps > 4) sum = TLanes.MultiplyAdd(TLanes.Load(s4 + at), w4, sum);
                if (TTaps.Taps > 5) sum = TLanes.MultiplyAdd(TLanes.Load(s5 + at), w5, sum);
                if (TTaps.Taps > 6) sum = TLanes.MultiplyAdd(TLanes.Load(s6 + at), w6, sum);
                if (TTaps.Taps > 7) sum = TLanes.MultiplyAdd(TLanes.Load(s7 + at), w7, sum);
                if (TTaps.Taps > 8) sum = TLanes.MultiplyAdd(TLanes.Load(s8 + at), w8, sum);
                TLanes.Store(adds ? TLanes.Load(target) + sum : sum, target);
                target += targetStep;
                at += step;
            }
        }
    }

    /// <summary>The same, and product_t += Σ_u factor[u] · source_t[u]: data and weight gradient in one pass.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void GatherAndMultiply<TLanes, TTaps>(TapOperands* o)
        where TLanes : unmanaged, ILanes<TLanes>
        where TTaps : struct, ITapCount
    {
        nint step = o->SourceStep, targetStep = o->TargetStep;
        bool adds = o->Adds;
        for (int c = 0; c < o->Channels; c += TLanes.Count)
        {
            Unsafe.SkipInit(out TLanes w0);
            Unsafe.SkipInit(out TLanes p0);
            Unsafe.SkipInit(out TLanes w1);
            Unsafe.SkipInit(out TLanes p1);
            Unsafe.SkipInit(out TLanes w2);
            Unsafe.SkipInit(out TLanes p2);
            Unsafe.SkipInit(out TLanes w3);
            Unsafe.SkipInit(out TLanes p3);
            Unsafe.SkipInit(out TLanes w4);
            Unsafe.SkipInit(out TLanes p4);
            Unsafe.SkipInit(out TLanes w5);
            Unsafe.SkipInit(out TLanes p5);
            Unsafe.SkipInit(out TLanes w6);
            Unsafe.SkipInit(out TLanes p6);
            Unsafe.SkipInit(out TLanes w7);
            Unsafe.SkipInit(out TLanes p7);
            Unsafe.SkipInit(out TLanes w8);
            Unsafe.SkipInit(out TLanes p8);
            float* s0 = o->Sources[0] + c, s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0, s8 = s0;
            if (TTaps.Taps > 1) s1 = o->Sources[1] + c;
            if (TTaps.Taps > 2) s2 = o->Sources[2] + c;
            if (TTaps.Taps > 3) s3 = o->Sources[3] + c;
            if (TTaps.Taps > 4) s4 = o->Sources[4] + c;
            if (TTaps.Taps > 5) s5 = o->Sources[5] + c;
            if (TTaps.Taps > 6) s6 = o->Sources[6] + c;
            if (TTaps.Taps > 7) s7 = o->Sources[7] + c;
            if (TTaps.Taps > 8) s8 = o->Sources[8] + c;
            w0 = TLanes.Load(o->Weights[0] + c);
            if (TTaps.Taps > 1) w1 = TLanes.Load(o->Weights[1] + c);
            if (TTaps.Taps > 2) w2 = TLanes.Load(o->Weights[2] + c);
            if (TTaps.Taps > 3) w3 = TLanes.Load(o->Weights[3] + c);
            if (TTaps.Taps > 4) w4 = TLanes.Load(o->Weights[4] + c);
            if (TTaps.Taps > 5) w5 = TLanes.Load(o->Weights[5] + c);
            if (TTaps.Taps > 6) w6 = TLanes.Load(o->Weights[6] + c);
            if (TTaps.Taps > 7) w7 = TLanes.Load(o->Weights[7] + c);
            if (TTaps.Taps > 8) w8 = TLanes.Load(o->Weights[8] + c);
            p0 = TLanes.Load(o->Products[0] + c);
            if (TTaps.Taps > 1) p1 = TLanes.Load(o->Products[1] + c);
            if (TTaps.Taps > 2) p2 = TLanes.Load(o->Products[2] + c);
            if (TTaps.Taps > 3) p3 = TLanes.Load(o->Products[3] + c);
            if (TTaps.Taps > 4) p4 = TLanes.Load(o->Products[4] + c);
            if (TTaps.Taps > 5) p5 = TLanes.Load(o->Products[5] + c);
            if (TTaps.Taps > 6) p6 = TLanes.Load(o->Products[6] + c);
            if (TTaps.Taps > 7) p7 = TLanes.Load(o->Products[7] + c);
            if (TTaps.Taps > 8) p8 = TLanes.Load(o->Products[8] + c);
            float* target = o->Target + c, factor = o->Factor + c;
            nint at = 0;
            for (int u = o->Count; u > 0; u--)
            {
                TLanes x = TLanes.Load(factor), source = TLanes.Load(s0 + at), sum = source * w0;
                p0 = TLanes.MultiplyAdd(x, source, p0);
                if (TTaps.Taps > 1)
                {
                    source = TLanes.Load(s1 + at);
                    sum = TLanes.MultiplyAdd(source, w1, sum);
                    p1 = TLanes.MultiplyAdd(x, source, p1);
                }
                if (TTaps.Taps > 2)
                {
                    source = TLanes.Load(s2 + at);
                    sum = TLanes.MultiplyAdd(source, w2, sum);
                    p2 = TLanes.MultiplyAdd(x, source, p2);
                }
                if (TTaps.Taps > 3)
                {
                    source = TLanes.Load(s3 + at);
                    sum = TLanes.MultiplyAdd(source, w3, sum);
                    p3 = TLanes.MultiplyAdd(x, source, p3);
                }
                if (TTaps.Taps > 4)
                {
                    source = TLanes.Load(s4 + at);
                    sum = TLanes.MultiplyAdd(source, w4, sum);
                    p4 = TLanes.MultiplyAdd(x, source, p4);
                }
                if (TTaps.Taps > 5)
                {
                    source = TLanes.Load(s5 + at);
                    sum = TLanes.MultiplyAdd(source, w5, sum);
                    p5 = TLanes.MultiplyAdd(x, source, p5);
                }
                if (TTaps.Taps > 6)
                {
                    source = TLanes.Load(s6 + at);
                    sum = TLanes.MultiplyAdd(source, w6, sum);
                    p6 = TLanes.MultiplyAdd(x, source, p6);
                }
                if (TTaps.Taps > 7)
                {
                    source = TLanes.Load(s7 + at);
                    sum = TLanes.MultiplyAdd(source, w7, sum);
                    p7 = TLanes.MultiplyAdd(x, source, p7);
                }
                if (TTaps.Taps > 8)
                {
                    source = TLanes.Load(s8 + at);
                    sum = TLanes.MultiplyAdd(source, w8, sum);
                    p8 = TLanes.MultiplyAdd(x, source, p8);
                }
                TLanes.Store(adds ? TLanes.Load(target) + sum : sum, target);
                target += targetStep;
                factor += targetStep;
                at += step;
            }
            TLanes.Store(p0, o->Products[0] + c);
            if (TTaps.Taps > 1) TLanes.Store(p1, o->Products[1] + c);
            if (TTaps.Taps > 2) TLanes.Store(p2, o->Products[2] + c);
            if (TTaps.Taps > 3) TLanes.Store(p3, o->Products[3] + c);
            if (TTaps.Taps > 4) TLanes.Store(p4, o->Products[4] + c);
            if (TTaps.Taps > 5) TLanes.Store(p5, o->Products[5] + c);
            if (TTaps.Taps > 6) TLanes.Store(p6, o->Products[6] + c);
            if (TTaps.Taps > 7) TLanes.Store(p7, o->Products[7] + c);
            if (TTaps.Taps > 8) TLanes.Store(p8, o->Products[8] + c);
        }
    }
}
