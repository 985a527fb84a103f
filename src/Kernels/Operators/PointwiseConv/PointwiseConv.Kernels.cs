using ILGPU;

namespace GpuNet.Kernels;

/// <summary>The product of channel vectors and a matrix, as pointwise convolution and linear layers need it.</summary>
internal static class PointwiseConvKernels
{
    // A thread owns y[row,k]. Nothing is shared. Neighbouring threads are neighbouring output channels: loads of the matrix are
    // contiguous, and x[row,c] is one address for all of them.
    public static void Forward<TActivation, TIn, TOut>(View x, View weight, View bias, View residual, View y, int rows, int inputs, EpilogueGeometry e)
        where TActivation : unmanaged, IActivation
        where TIn : unmanaged, IVectorAccess
        where TOut : unmanaged, IVectorAccess
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= rows * e.Channels)
            return;
        int row = i / e.Channels;
        int k = i - (row * e.Channels);
        float sum = e.HasBias != 0 ? bias[k] : 0f;
        for (int c = 0; c < inputs; c++)
            sum += TIn.Get(x, (row * inputs) + c) * weight[(c * e.Channels) + k];
        TOut.Set(y, (row * e.Pitch) + e.First + k, EpilogueKernels.Finish<TActivation, TOut>(sum, residual, i, e));
    }

    // The same of an input that is multiplied by a gate of its image as it is read.
    public static void ForwardGated<TActivation, TIn, TOut>(
        View x, View gate, View weight, View bias, View residual, View y, int rows, int inputs, int pixels, EpilogueGeometry e)
        where TActivation : unmanaged, IActivation
        where TIn : unmanaged, IVectorAccess
        where TOut : unmanaged, IVectorAccess
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= rows * e.Channels)
            return;
        int row = i / e.Channels;
        int k = i - (row * e.Channels);
        int image = row / pixels * inputs;
        float sum = e.HasBias != 0 ? bias[k] : 0f;
        for (int c = 0; c < inputs; c++)
            sum += TIn.Get(x, (row * inputs) + c) * gate[image + c] * weight[(c * e.Channels) + k];
        TOut.Set(y, (row * e.Pitch) + e.First + k, EpilogueKernels.Finish<TActivation, TOut>(sum, residual, i, e));
    }

    // A thread owns dx[row,c] and multiplies a row of dy with a row of the matrix. Nothing is shared; dy[row,k] is one address for
    // neighbouring threads, their matrix rows are not contiguous.
    public static void BackwardData(View dy, View weight, View dx, int rows, int inputs, int outputs, int add)
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= rows * inputs)
            return;
        int row = i / inputs;
        int c = i - (row * inputs);
        float sum = add != 0 ? dx[i] : 0f;
        for (int k = 0; k < outputs; k++)
            sum += dy[(row * outputs) + k] * weight[(c * outputs) + k];
        dx[i] = sum;
    }

    // A thread owns dw[c,k] and walks all rows in order. Nothing is shared; loads of dy are contiguous in k, and x[row,c] is one
    // address for neighbouring threads.
    public static void BackwardWeights(View x, View dy, View dweight, int rows, int inputs, int outputs)
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= inputs * outputs)
            return;
        int c = i / outputs;
        int k = i - (c * outputs);
        float sum = 0f;
        for (int row = 0; row < rows; row++)
            sum += x[(row * inputs) + c] * dy[(row * outputs) + k];
        dweight[i] += sum;
    }
}
