using ILGPU;

namespace GpuNet.Kernels;

internal static class DepthwiseConvKernels
{
    // A thread owns y[n,p,q,c]. Nothing is shared. Neighbouring threads are neighbouring channels, so every load of a warp is
    // contiguous.
    public static void Forward<TInput, TEpilogue>(
        View x, View factors, View weight, View bias, View residual, View y, WindowGeometry g, EpilogueGeometry e)
        where TInput : unmanaged, IInput
        where TEpilogue : unmanaged, IEpilogue
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= g.N * g.P * g.Q * g.C)
            return;
        int c = i % g.C;
        int pixel = i / g.C;
        int q = pixel % g.Q;
        int p = pixel / g.Q % g.P;
        int n = pixel / g.Q / g.P;
        int factor = c + (TInput.PerImage ? n * g.C : 0);
        float sum = e.HasBias != 0 ? bias[c] : 0f;
        for (int a = 0; a < g.KernelH; a++)
        {
            int h = (p * g.StrideH) + (a * g.DilationH) - g.Top;
            if (h < 0 || h >= g.H)
                continue;
            for (int b = 0; b < g.KernelW; b++)
            {
                int w = (q * g.StrideW) + (b * g.DilationW) - g.Left;
                if (w < 0 || w >= g.W)
                    continue;
                int at = (((((n * g.H) + h) * g.W) + w) * g.C) + c;
                sum += Inputs.Read<TInput, Float1>(x, at, factors, factor, g.C, 1).X * weight[(((a * g.KernelW) + b) * g.C) + c];
            }
        }
        Epilogues.Store<TEpilogue, Float1>(new Float1(sum), residual, y, pixel, c, 1, e);
    }

    // A thread owns dx[n,h,w,c] and gathers from the outputs that read it. Nothing is shared; loads are contiguous in c.
    public static void BackwardData(View dy, View weight, View dx, WindowGeometry g, int add)
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= g.N * g.H * g.W * g.C)
            return;
        int c = i % g.C;
        int pixel = i / g.C;
        int w = pixel % g.W;
        int h = pixel / g.W % g.H;
        int n = pixel / g.W / g.H;
        float sum = add != 0 ? dx[i] : 0f;
        for (int a = 0; a < g.KernelH; a++)
        {
            int offsetH = h + g.Top - (a * g.DilationH);
            int p = offsetH / g.StrideH;
            if (offsetH < 0 || p >= g.P || p * g.StrideH != offsetH)
                continue;
            for (int b = 0; b < g.KernelW; b++)
            {
                int offsetW = w + g.Left - (b * g.DilationW);
                int q = offsetW / g.StrideW;
                if (offsetW >= 0 && q < g.Q && q * g.StrideW == offsetW)
                    sum += dy[(((((n * g.P) + p) * g.Q) + q) * g.C) + c] * weight[(((a * g.KernelW) + b) * g.C) + c];
            }
        }
        dx[i] = sum;
    }

    // A thread owns dw[a,b,c] and walks all outputs in order. Nothing is shared; loads are contiguous in c.
    public static void BackwardWeights(View x, View dy, View dweight, WindowGeometry g)
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= g.KernelH * g.KernelW * g.C)
            return;
        int c = i % g.C;
        int b = i / g.C % g.KernelW;
        int a = i / g.C / g.KernelW;
        float sum = 0f;
        for (int n = 0; n < g.N; n++)
        {
            for (int p = 0; p < g.P; p++)
            {
                int h = (p * g.StrideH) + (a * g.DilationH) - g.Top;
                if (h < 0 || h >= g.H)
                    continue;
                for (int q = 0; q < g.Q; q++)
                {
                    int w = (q * g.StrideW) + (b * g.DilationW) - g.Left;
                    if (w >= 0 && w < g.W)
                        sum += x[(((((n * g.H) + h) * g.W) + w) * g.C) + c] * dy[(((((n * g.P) + p) * g.Q) + q) * g.C) + c];
                }
            }
        }
        dweight[i] += sum;
    }
}
