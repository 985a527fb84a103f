using ILGPU;

namespace GpuNet.Kernels;

/// <summary>The product of channel vectors and a matrix, as pointwise convolution and linear layers need it.</summary>
internal static class PointwiseConvKernels
{
    // A thread owns y[row,k]. Nothing is shared. Neighbouring threads are neighbouring output channels: loads of the matrix are
    // contiguous, and x[row,c] is one address for all of them.
    public static void Forward<TInput, TEpilogue>(
        View x, View factors, View weight, View bias, View residual, View y, WindowGeometry g, EpilogueGeometry e)
        where TInput : unmanaged, IInput
        where TEpilogue : unmanaged, IEpilogue
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= Rows(g) * g.K)
            return;
        int row = i / g.K;
        int k = i - (row * g.K);
        int factor = TInput.PerImage ? row / (g.P * g.Q) * g.C : 0;
        float sum = e.HasBias != 0 ? bias[k] : 0f;
        for (int c = 0; c < g.C; c++)
            sum += Inputs.Read<TInput, Float1>(x, (row * g.C) + c, factors, factor + c, g.C, 1).X * weight[(c * g.K) + k];
        Epilogues.Store<TEpilogue, Float1>(new Float1(sum), residual, y, row, k, 1, e);
    }

    // A thread owns dx[row,c] and multiplies a row of dy with a row of the matrix. Nothing is shared; dy[row,k] is one address for
    // neighbouring threads, their matrix rows are not contiguous.
    public static void BackwardData(View dy, View weight, View dx, WindowGeometry g, int add)
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= Rows(g) * g.C)
            return;
        int row = i / g.C;
        int c = i - (row * g.C);
        float sum = add != 0 ? dx[i] : 0f;
        for (int k = 0; k < g.K; k++)
            sum += dy[(row * g.K) + k] * weight[(c * g.K) + k];
        dx[i] = sum;
    }

    // A thread owns dw[c,k] and walks all rows in order. Nothing is shared; loads of dy are contiguous in k, and x[row,c] is one
    // address for neighbouring threads.
    public static void BackwardWeights(View x, View dy, View dweight, WindowGeometry g)
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= g.C * g.K)
            return;
        int c = i / g.K;
        int k = i - (c * g.K);
        int rows = Rows(g);
        float sum = 0f;
        for (int row = 0; row < rows; row++)
            sum += x[(row * g.C) + c] * dy[(row * g.K) + k];
        dweight[i] += sum;
    }

    private static int Rows(WindowGeometry g) => g.N * g.P * g.Q;
}
