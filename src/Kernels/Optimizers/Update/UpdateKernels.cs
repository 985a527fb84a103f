using ILGPU;

namespace GpuNet.Kernels;

internal static class UpdateKernels
{
    // A thread owns parameter i, its gradient and its states. Nothing is shared; all accesses are contiguous. States that the rule does not
    // have are neither read nor written, whatever view stands for them.
    public static void Elements<TRule>(View w, View dw, View first, View second, View third, UpdateScalars s)
        where TRule : unmanaged, IUpdateRule
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= s.Elements)
            return;
        Updated<Float1> updated = TRule.Apply(new Float1(w[i]), UpdateGradient.Of(new Float1(dw[i]), s),
            new Float1(TRule.States > 0 ? first[i] : 0f), new Float1(TRule.States > 1 ? second[i] : 0f),
            new Float1(TRule.States > 2 ? third[i] : 0f), s);
        w[i] = updated.Weight.X;
        if (TRule.States > 0)
            first[i] = updated.First.X;
        if (TRule.States > 1)
            second[i] = updated.Second.X;
        if (TRule.States > 2)
            third[i] = updated.Third.X;
        if (s.ClearGradient != 0)
            dw[i] = 0f;
    }

    // A thread owns a run of vectors of four parameters, their gradients and their states. Nothing is shared; neighbouring threads take
    // neighbouring runs, on a GPU of one vector.
    [HotKernel(VectorLoads = true)]
    public static void ElementVectors<TRule>(View w, View dw, View first, View second, View third, UpdateScalars s, int run)
        where TRule : unmanaged, IUpdateRule
    {
        int thread = (Grid.IdxX * Group.DimX) + Group.IdxX;
        int vectors = s.Elements >> 2;
        int end = (thread * run) + run < vectors ? (thread * run) + run : vectors;
        for (int i = thread * run; i < end; i++)
        {
            Updated<Float4> updated = TRule.Apply(w.Cast<Float4>()[i], UpdateGradient.Of(dw.Cast<Float4>()[i], s),
                TRule.States > 0 ? first.Cast<Float4>()[i] : Float4.Of(0f),
                TRule.States > 1 ? second.Cast<Float4>()[i] : Float4.Of(0f),
                TRule.States > 2 ? third.Cast<Float4>()[i] : Float4.Of(0f), s);
            w.Cast<Float4>()[i] = updated.Weight;
            if (TRule.States > 0)
                first.Cast<Float4>()[i] = updated.First;
            if (TRule.States > 1)
                second.Cast<Float4>()[i] = updated.Second;
            if (TRule.States > 2)
                third.Cast<Float4>()[i] = updated.Third;
            if (s.ClearGradient != 0)
                dw.Cast<Float4>()[i] = Float4.Of(0f);
        }
    }
}
