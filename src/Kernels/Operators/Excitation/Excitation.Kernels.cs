using ILGPU;

namespace GpuNet.Kernels;

internal static class ExcitationKernels
{
    // A group owns an image's gate, images being the grid's axis. In the first layer some threads lie side by side over vectors of four
    // columns, the others over the depth, and their sums are added up in shared memory, halved again and again: a fixed order. In the
    // second a thread owns every so manieth vector. What lies between the layers is shared; neighbouring threads read neighbouring
    // weights.
    [HotKernel(VectorLoads = true)]
    public static void Forward<TGroup, TAccess, TInner, TGate>(
        View x, View weight1, View bias1, View weight2, View bias2, View y, int inputs, int width, int channels)
        where TGroup : unmanaged, IReductionGroup
        where TAccess : unmanaged, IVectorAccess
        where TInner : unmanaged, IActivation
        where TGate : unmanaged, IActivation
    {
        ArrayView<Float4> sums = SharedMemory.Allocate<Float4>(TGroup.Size);
        ArrayView<Float4> hidden = SharedMemory.Allocate<Float4>(Excitation.MostWidth / 4);
        int thread = Group.IdxX;
        int step = TGroup.Size / TGroup.Lanes;
        for (int first = 0; first < width; first += 4 * TGroup.Lanes)
        {
            int column = first + ((thread & (TGroup.Lanes - 1)) * 4);
            int at = (thread / TGroup.Lanes * width) + column;
            Float4 sum = Float4.Of(0f);
            for (int c = thread / TGroup.Lanes; c < inputs; c += step)
            {
                sum += x[(Grid.IdxX * inputs) + c] * TAccess.Load(weight1, at, width - column);
                at += step * width;
            }
            sums[thread] = sum;
            for (int half = TGroup.Size >> 1; half >= TGroup.Lanes; half >>= 1)
            {
                Group.Barrier();
                if (thread < half)
                    sums[thread] = sums[thread] + sums[thread + half];
            }
            if (thread < TGroup.Lanes && column < width)
                hidden[column >> 2] = Float4.Activate<TInner>(sums[thread] + TAccess.Load(bias1, column, width - column));
            Group.Barrier();
        }
        for (int k = thread * 4; k < channels; k += 4 * TGroup.Size)
        {
            int count = channels - k;
            int at = k;
            Float4 sum = TAccess.Load(bias2, k, count);
            for (int w = 0; w < width; w += 4)
            {
                // Past the width what is hidden does not matter: weights there are 0.
                Float4 h = hidden[w >> 2];
                sum += h.X * TAccess.Load(weight2, at, count);
                sum += h.Y * TAccess.Load(weight2, at + channels, w + 1 < width ? count : 0);
                sum += h.Z * TAccess.Load(weight2, at + (2 * channels), w + 2 < width ? count : 0);
                sum += h.W * TAccess.Load(weight2, at + (3 * channels), w + 3 < width ? count : 0);
                at += 4 * channels;
            }
            TAccess.Store(y, (Grid.IdxX * channels) + k, Float4.Activate<TGate>(sum), count);
        }
    }
}
