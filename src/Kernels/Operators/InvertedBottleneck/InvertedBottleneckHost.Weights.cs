using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

internal sealed unsafe partial class InvertedBottleneckHost<TLanes, TActivation>
{
    private readonly WeightPanels<TLanes> expandPanels, expandBackPanels, projectPanels, projectBackPanels;
    private readonly TransposedProduct<TLanes>? projectWeights, expandWeights;
    private readonly Action<int> packPart, packBackPart, addFilterTap, addProjectRow, addExpandRow;

    private int FilterIndex => expands ? 5 : 0;

    private int ProjectIndex => FilterIndex + 5;

    // Panels of the weights for the products, and the filter with its channels padded.
    private void Pack(Action<int> part)
    {
        float* weight = current.Parameters[FilterIndex].Pointer, target = At(taps);
        for (int tap = 0; tap < Taps; tap++, weight += hidden, target += pitch)
        {
            for (int c = 0; c < pitch; c += TLanes.Count)
                TLanes.Store(TLanes.LoadFirst(weight + c, hidden - c), target + c);
        }
        bool forward = part == packPart;
        int first = (forward ? expandPanels : expandBackPanels).Columns.Count,
            second = (forward ? projectPanels : projectBackPanels).Columns.Count;
        workers.Run(first + second, part);
    }

    private void PackPart(int part) => PackPanel(expandPanels, projectPanels, part);

    private void PackBackPart(int part) => PackPanel(expandBackPanels, projectBackPanels, part);

    private void PackPanel(WeightPanels<TLanes> expand, WeightPanels<TLanes> project, int panel)
    {
        if (panel >= expand.Columns.Count)
            project.Pack(current.Parameters[ProjectIndex].Pointer, null, null, 0, panel - expand.Columns.Count, At(packed2), false);
        else if (expands)
            expand.Pack(current.Parameters[0].Pointer, null, null, 0, panel, At(packed1), false);
    }

    // C += Aᵀ·B for a block of rows, with A narrow and B hidden; the first block starts C from zeros.
    private void MultiplyTransposed(float* a, nint strideA, int columnsA, float* b, int count, float* c, float* zeros)
    {
        TileOperands o = default;
        o.A = a;
        (o.RowA, o.StepA, o.StepB, o.Depth, o.RowC) = (1, strideA, pitch, count, pitch);
        // There is nothing to fetch ahead; a mapped address costs least.
        o.Next = b;
        ColumnPanels columns = expandPanels.Columns;
        for (int panel = 0; panel < columns.Count; panel++)
        {
            int first = columns.First(panel);
            o.B = b + first;
            o.C = c + first;
            o.Columns = columns.Elements(panel);
            o.Start = zeros is null ? o.C : zeros;
            o.RowStart = zeros is null ? pitch : 0;
            TileRun.Multiply<TLanes>(o, columnsA, columns.Width(panel));
        }
    }

    private void AddFilterWeights()
    {
        if (!current.DParameters[FilterIndex].IsNone)
            workers.Run(Taps, addFilterTap);
    }

    private void AddProjectWeights()
    {
        if (current.DParameters[ProjectIndex].IsNone)
            return;
        if (projectWeights is { } product)
            product.Run(At(hidden1), At(result), current.DParameters[ProjectIndex].Pointer, At(products));
        else
            workers.Run(channels, addProjectRow);
    }

    private void AddExpandWeights()
    {
        if (current.DParameters[0].IsNone)
            return;
        if (expandWeights is { } product)
            product.Run(current.Input.Pointer, d1, current.DParameters[0].Pointer, At(products));
        else
            workers.Run(narrow, addExpandRow);
    }

    private void AddFilterTap(int tap) =>
        AddSums(At(partials) + ((long)tap * pitch), parts, (long)Taps * pitch,
            current.DParameters[FilterIndex].Pointer + ((long)tap * hidden));

    private void AddExpandRow(int row) =>
        AddSums(At(partials) + ((long)row * pitch), expandParts, (long)narrow * pitch,
            current.DParameters[0].Pointer + ((long)row * hidden));

    // The sums of all parts, in order, for a row of hidden channels.
    private void AddSums(float* sums, int count, long stride, float* target)
    {
        for (int c = 0; c < hidden; c += TLanes.Count)
        {
            TLanes sum = TLanes.LoadFirst(target + c, hidden - c);
            for (int part = 0; part < count; part++)
                sum += TLanes.Load(sums + (part * stride) + c);
            TLanes.StoreFirst(sum, target + c, hidden - c);
        }
    }

    // The project weights' gradient was summed transposed, because the hidden channels fill registers.
    private void AddProjectRow(int k)
    {
        float* sums = At(partials) + ((long)k * pitch), target = current.DParameters[ProjectIndex].Pointer + k;
        for (int part = 1; part < projectParts; part++)
        {
            float* other = sums + ((long)part * channels * pitch);
            for (int c = 0; c < pitch; c += TLanes.Count)
                TLanes.Store(TLanes.Load(sums + c) + TLanes.Load(other + c), sums + c);
        }
        for (int c = 0; c < hidden; c++)
            target[(long)c * channels] += sums[c];
    }
}
