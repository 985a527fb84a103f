using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

/// <summary>
/// A batch norm inside a fused operator: its sums are gathered part by part where the values are made, combined in order, and become
/// per-channel vectors that whoever reads the values applies. The arithmetic is that of <see cref="BatchNorm"/>, whose formulas it
/// uses. Vectors are padded to whole registers; padding holds zeros.
/// </summary>
internal sealed unsafe partial class GatheredNorm<TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    /// <summary>Rows added up before the sum goes to a part's total, which keeps the rounding error of long sums small.</summary>
    public const int Run = 32;

    // Per-channel vectors, then the parts' sums.
    private const int CenterAt = 0, ScaleAt = 1, ShiftAt = 2, SlopeAt = 3, OffsetAt = 4, Vectors = 5;

    // Channels a thread combines at a time.
    private const int CombinedChannels = 128;

    private readonly Workers workers;
    private readonly int parameter, saved, rows, extent, rowsOfUnit, momentParts, combineParts;
    private readonly float epsilon, momentum;
    private readonly Action<int> combineMomentsPart, combineGradientsPart;
    private Operands operands = null!;
    private float* vectors;
    private int gradientParts;

    /// <summary>Notes where the norm stands.</summary>
    /// <param name="workers">Threads.</param>
    /// <param name="op">The norm.</param>
    /// <param name="parameter">Index of its first parameter.</param>
    /// <param name="saved">Index of its first saved vector.</param>
    /// <param name="units">Units that are spread over the parts: rows, or lines of pixels.</param>
    /// <param name="momentParts">Parts in which forward sums.</param>
    /// <param name="maxParts">The most parts any pass sums in.</param>
    public GatheredNorm(Workers workers, BatchNorm op, int parameter, int saved, int units, int momentParts, int maxParts)
    {
        (this.workers, this.parameter, this.saved, this.momentParts) = (workers, parameter, saved, momentParts);
        (extent, rows, Channels) = (units, op.Input.Rows, op.Input.C);
        rowsOfUnit = rows / units;
        (epsilon, momentum) = (op.Epsilon, op.Momentum);
        Pitch = (Channels + TLanes.Count - 1) / TLanes.Count * TLanes.Count;
        combineParts = (Pitch + CombinedChannels - 1) / CombinedChannels;
        WorkspaceElements = (Vectors + ((long)SumVectors * maxParts)) * Pitch;
        combineMomentsPart = CombineMomentsPart;
        combineGradientsPart = CombineGradientsPart;
    }

    /// <summary>Channels.</summary>
    public int Channels { get; }

    /// <summary>Channels rounded up to whole registers: the distance of vectors.</summary>
    public int Pitch { get; }

    /// <summary>Elements of the workspace.</summary>
    public long WorkspaceElements { get; }

    /// <summary>μ.</summary>
    public float* Center => vectors;

    /// <summary>weight / √(σ² + ε).</summary>
    public float* Scale => vectors + (ScaleAt * Pitch);

    /// <summary>The bias, with the part of the mean that a float cannot hold.</summary>
    public float* Shift => vectors + (ShiftAt * Pitch);

    /// <summary>What backward takes times x − μ.</summary>
    public float* Slope => vectors + (SlopeAt * Pitch);

    /// <summary>What backward adds.</summary>
    public float* Offset => vectors + (OffsetAt * Pitch);

    /// <summary>Binds the norm to a step's tensors.</summary>
    public void Bind(Operands operands, float* workspace)
    {
        this.operands = operands;
        vectors = workspace;
    }

    /// <summary>Prepares to apply the norm in a forward pass: from the parts' sums, or the running statistics.</summary>
    public void PrepareForward()
    {
        if (operands.Training)
            workers.Run(combineParts, combineMomentsPart);
        else
            PrepareVectors();
    }

    /// <summary>Prepares for a backward pass: center, scale and shift as forward used them, without slope and offset.</summary>
    public void PrepareBackward() => PrepareVectors();

    /// <summary>Adds the parameters' gradients up, and in training finds slope and offset.</summary>
    /// <param name="parts">Parts in which the sums were gathered.</param>
    public void CombineGradients(int parts)
    {
        gradientParts = parts;
        workers.Run(combineParts, combineGradientsPart);
    }

    private float* Sums(int part) => vectors + ((Vectors + ((long)SumVectors * part)) * Pitch);

    private float PartRows(int part) =>
        (float)(WorkParts.Start(part + 1, momentParts, extent) - WorkParts.Start(part, momentParts, extent)) * rowsOfUnit;

    private void PrepareVectors()
    {
        for (int c = 0; c < Pitch; c += TLanes.Count)
        {
            int valid = Channels - c;
            TLanes center = TLanes.LoadFirst(
                (operands.Training ? operands.Saved[saved] : operands.Parameters[parameter + 2]).Pointer + c, valid);
            TLanes.Store(center, Center + c);
            TLanes.Store(TLanes.LoadFirst(operands.Parameters[parameter].Pointer + c, valid) * InverseDeviation(c), Scale + c);
            TLanes.Store(TLanes.LoadFirst(operands.Parameters[parameter + 1].Pointer + c, valid), Shift + c);
            TLanes.Store(TLanes.Create(0), Slope + c);
            TLanes.Store(TLanes.Create(0), Offset + c);
        }
    }

    private TLanes InverseDeviation(int c)
    {
        int valid = Channels - c;
        return operands.Training
            ? TLanes.LoadFirst(operands.Saved[saved + 1].Pointer + c, valid)
            : NormFormulas.InverseDeviation(TLanes.LoadFirst(operands.Parameters[parameter + 3].Pointer + c, valid), epsilon);
    }

    private void CombineMomentsPart(int chunk)
    {
        int end = Math.Min((chunk + 1) * CombinedChannels, Pitch);
        for (int c = chunk * CombinedChannels; c < end; c += TLanes.Count)
        {
            float* first = Sums(0) + c;
            var moments = new MergedMoments<TLanes>(TLanes.Load(first + (ReferenceAt * Pitch)) + TLanes.Load(first));
            for (int part = 0; part < momentParts; part++)
            {
                float* sums = Sums(part) + c;
                moments.Add(PartRows(part), TLanes.Load(sums + (ReferenceAt * Pitch)), TLanes.Load(sums), TLanes.Load(sums + Pitch));
            }
            (TLanes mean, TLanes lost, TLanes squares) = moments.Total(rows);
            StoreMoments(c, mean, lost, squares);
        }
    }

    private void StoreMoments(int c, TLanes mean, TLanes rest, TLanes squares)
    {
        int valid = Channels - c;
        TLanes inverse = NormFormulas.InverseDeviation(squares * TLanes.Create(1f / rows), epsilon);
        TLanes scale = TLanes.LoadFirst(operands.Parameters[parameter].Pointer + c, valid) * inverse;
        TLanes.Store(mean, Center + c);
        TLanes.Store(scale, Scale + c);
        TLanes.Store(TLanes.LoadFirst(operands.Parameters[parameter + 1].Pointer + c, valid) - (rest * scale), Shift + c);
        if (operands.Saved.Length > 0)
        {
            TLanes.StoreFirst(mean, operands.Saved[saved].Pointer + c, valid);
            TLanes.StoreFirst(inverse, operands.Saved[saved + 1].Pointer + c, valid);
        }
        Track(operands.Parameters[parameter + 2].Pointer + c, mean, valid);
        Track(operands.Parameters[parameter + 3].Pointer + c, squares * TLanes.Create(1f / (rows - 1)), valid);
    }

    private void Track(float* running, TLanes batch, int valid) =>
        TLanes.StoreFirst(NormFormulas.Track(TLanes.LoadFirst(running, valid), batch, momentum), running, valid);

    private void CombineGradientsPart(int chunk)
    {
        int end = Math.Min((chunk + 1) * CombinedChannels, Pitch);
        for (int c = chunk * CombinedChannels; c < end; c += TLanes.Count)
        {
            TLanes sum = TLanes.Create(0), products = sum;
            for (int part = 0; part < gradientParts; part++)
            {
                sum += TLanes.Load(Sums(part) + c);
                products += TLanes.Load(Sums(part) + Pitch + c);
            }
            TLanes inverse = InverseDeviation(c);
            Add(operands.DParameters[parameter], c, products * inverse);
            Add(operands.DParameters[parameter + 1], c, sum);
            if (!operands.Training)
                continue;
            (TLanes slope, TLanes offset) = NormFormulas.Backward(TLanes.Load(Scale + c), inverse, sum, products, rows);
            TLanes.Store(slope, Slope + c);
            TLanes.Store(offset, Offset + c);
        }
    }

    private void Add(Tensor target, int c, TLanes value)
    {
        if (!target.IsNone)
            TLanes.StoreFirst(TLanes.LoadFirst(target.Pointer + c, Channels - c) + value, target.Pointer + c, Channels - c);
    }
}
