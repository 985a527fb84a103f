using ILGPU;

namespace GpuNet.Kernels;

internal static class ConvolutionKernels
{
    // A thread owns y[n,p,q,k]. Nothing is shared. Neighbouring threads are neighbouring output channels: loads of the weights are
    // contiguous, and x is one address for those of a group.
    public static void Forward<TInput, TEpilogue>(
        View x, View factors, View weight, View bias, View residual, View y, WindowGeometry g, EpilogueGeometry e)
        where TInput : unmanaged, IInput
        where TEpilogue : unmanaged, IEpilogue
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= g.N * g.P * g.Q * g.K)
            return;
        int k = i % g.K;
        int pixel = i / g.K;
        int q = pixel % g.Q;
        int p = pixel / g.Q % g.P;
        int n = pixel / g.Q / g.P;
        int firstC = k / g.GroupK * g.GroupC;
        int factor = firstC + (TInput.PerImage ? n * g.C : 0);
        float sum = e.HasBias != 0 ? bias[k] : 0f;
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
                int fromX = (((((n * g.H) + h) * g.W) + w) * g.C) + firstC;
                int fromW = (((a * g.KernelW) + b) * g.GroupC * g.K) + k;
                for (int c = 0; c < g.GroupC; c++)
                    sum += Inputs.Read<TInput, Float1>(x, fromX + c, factors, factor + c, g.C, 1).X * weight[fromW + (c * g.K)];
            }
        }
        Epilogues.Store<TEpilogue, Float1>(new Float1(sum), residual, y, pixel, k, 1, e);
    }

    // A thread owns dx[n,h,w,c] and gathers from the outputs that read it. Nothing is shared; dy is one address for neighbouring
    // threads of a group, their rows of weights are not contiguous.
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
        int group = c / g.GroupC;
        int firstK = group * g.GroupK;
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
                if (offsetW < 0 || q >= g.Q || q * g.StrideW != offsetW)
                    continue;
                int fromY = (((((n * g.P) + p) * g.Q) + q) * g.K) + firstK;
                int fromW = (((((a * g.KernelW) + b) * g.GroupC) + c - (group * g.GroupC)) * g.K) + firstK;
                for (int k = 0; k < g.GroupK; k++)
                    sum += dy[fromY + k] * weight[fromW + k];
            }
        }
        dx[i] = sum;
    }

    // A thread owns dw[a,b,c,k] and walks all outputs in order. Nothing is shared; loads of dy are contiguous in k, and x is one
    // address for neighbouring threads of a group.
    public static void BackwardWeights(View x, View dy, View dweight, WindowGeometry g)
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= g.KernelH * g.KernelW * g.GroupC * g.K)
            return;
        int k = i % g.K;
        int row = i / g.K;
        int c = (row % g.GroupC) + (k / g.GroupK * g.GroupC);
        int b = row / g.GroupC % g.KernelW;
        int a = row / g.GroupC / g.KernelW;
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
                        sum += x[(((((n * g.H) + h) * g.W) + w) * g.C) + c] * dy[(((((n * g.P) + p) * g.Q) + q) * g.K) + k];
                }
            }
        }
        dweight[i] += sum;
    }
}
