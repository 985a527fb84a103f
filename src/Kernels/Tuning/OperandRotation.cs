namespace GpuNet.Kernels;

/// <summary>
/// As many sets of operands of one operator as fill more memory than caches hold, so that each call finds its own out of cache. Values
/// are pseudo-random and the same every time; class labels are 0.
/// </summary>
internal sealed class OperandRotation : IDisposable
{
    private const long RotationBytes = 256L << 20;
    private const int MaxSets = 1024;

    private readonly Operator op;
    private readonly bool training;
    private readonly long preparedElements;
    private readonly long setBytes;
    private readonly Arena memory;
    private readonly Operands[] sets;
    private int next;

    /// <summary>Lays the operands and fills them.</summary>
    /// <param name="op">The operator.</param>
    /// <param name="device">Where it runs.</param>
    /// <param name="training">Whether there is what a training step has besides: saved values and gradients.</param>
    /// <param name="launchers">Those that will be run on them, which say what scratch memory they need.</param>
    /// <exception cref="GpuNetException">There is not enough memory for a single set.</exception>
    public OperandRotation(Operator op, Device device, bool training, params IReadOnlyCollection<Launcher> launchers)
    {
        ArgumentNullException.ThrowIfNull(op);
        ArgumentNullException.ThrowIfNull(device);
        this.op = op;
        this.training = training;
        long workspaceElements = launchers.Max(l => l.WorkspaceElements);
        preparedElements = launchers.Max(l => l.PreparedElements);
        setBytes = Shapes().Sum(s => Arena.Align(s.Bytes));
        long workspaceBytes = Arena.Align(workspaceElements * sizeof(float));
        // A simulator's memory is nothing to pass.
        int most = device.Kind == DeviceKind.Simulator ? 2 : MaxSets;
        // Half of what is free is left to others, and to the driver.
        long affordable = (device.AvailableMemory / 2) - workspaceBytes;
        int count = (int)Math.Clamp(Math.Min(RotationBytes, affordable) / setBytes, 1, most);
        memory = new Arena(device, (count * setBytes) + workspaceBytes, $"{count} set{(count == 1 ? "" : "s")} of operands");
        Tensor workspace = workspaceElements == 0 ? Tensor.None : memory.At(count * setBytes, Vector(workspaceElements));
        sets = [.. Enumerable.Range(0, count).Select(i => Lay(i * setBytes, workspace))];
        Fill(0, count);
    }

    /// <summary>Sets of operands.</summary>
    public int Count => sets.Length;

    /// <summary>A set.</summary>
    public Operands this[int set] => sets[set];

    /// <summary>The set after the one that was last asked for.</summary>
    public Operands Next() => sets[next++ % sets.Length];

    /// <summary>Gives every set what a launcher makes of the parameters.</summary>
    public void Prepare(Launcher launcher)
    {
        ArgumentNullException.ThrowIfNull(launcher);
        foreach (Operands set in sets)
            launcher.Prepare(set);
    }

    /// <summary>Gives a set its first values again.</summary>
    public void Fill(int set) => Fill(set, set + 1);

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => memory.Dispose();

    private static Shape Vector(long elements) => Shape.Vector(checked((int)elements));

    // Every set holds the same.
    private void Fill(int first, int end)
    {
        (Tensor Tensor, float Least, float Most)[][] all = [.. sets[first..end].Select(s => Filled(s).ToArray())];
        for (int i = 0; i < all[0].Length; i++)
        {
            (Tensor tensor, float least, float most) = all[0][i];
            float[] values = tensor.IsNone ? [] : Values(tensor.Shape, i + 1, least, most);
            foreach ((Tensor Tensor, float, float)[] set in tensor.IsNone ? [] : all)
                Fill(set[i].Tensor, values);
        }
    }

    private static void Fill(Tensor tensor, float[] values)
    {
        if (tensor.HoldsIntegers)
            tensor.Clear();
        else
            tensor.Upload(values);
    }

    // The tensors that hold something, and between what. A variance is positive, and what has no gradient is a share or a weight: class
    // labels are 0.
    private IEnumerable<(Tensor Tensor, float Least, float Most)> Filled(Operands o) =>
    [
        .. o.Inputs.Select((t, i) => op.HasGradient(i) ? (t, -1f, 1f) : (t, 0f, 1f)),
        .. o.Parameters.Select(
        (t, i) => op.Parameters[i].Kind is ParameterKind.Statistic or ParameterKind.Norm ? (t, 0.5f, 1.5f) : (t, -1f, 1f)),
        .. ((Tensor[])
        [
            .. op.InPlaceInput is null
            ? [o.Output] : Array.Empty<Tensor>(), o.DOutput, .. o.Saved, .. o.DInputs.Select(d => d.Tensor), .. o.DParameters,
        ]).Select(t => (t, -1f, 1f)),
    ];

    private static float[] Values(Shape shape, int seed, float least, float most)
    {
        var values = new float[shape.Elements];
        float scale = (most - least) / (1 << 24);
        uint x = (uint)seed * 0x9E3779B9u;
        for (int i = 0; i < values.Length; i++)
        {
            // Numerical Recipes' linear congruential generator, its better bits.
            x = (x * 1664525u) + 1013904223u;
            values[i] = least + ((x >> 8) * scale);
        }
        return values;
    }

    // In the order in which they are laid.
    private IEnumerable<Shape> Shapes() =>
    [
        .. op.StoredInputs,
        .. op.InPlaceInput is null ? [op.StoredOutput] : Array.Empty<Shape>(),
        .. op.Parameters.Select(p => p.Shape),
        .. preparedElements > 0 ? [Vector(preparedElements)] : Array.Empty<Shape>(),
        .. training ? [.. op.Saved, .. op.Inputs, op.Output, .. op.Parameters.Select(p => p.Shape)] : Array.Empty<Shape>(),
    ];

    private Operands Lay(long offset, Tensor workspace)
    {
        Tensor Take(Shape shape, bool integers = false)
        {
            Tensor tensor = memory.At(offset, shape, integers);
            offset += Arena.Align(shape.Bytes);
            return tensor;
        }

        Tensor[] inputs = [.. op.StoredInputs.Select((s, i) => Take(s, op.InputType(i) == ElementType.Int32))];
        return new Operands
        {
            Inputs = inputs,
            Output = op.InPlaceInput is { } shared ? inputs[shared] : Take(op.StoredOutput),
            Parameters = [.. op.Parameters.Select(p => Take(p.Shape))],
            Workspace = workspace,
            Prepared = preparedElements > 0 ? Take(Vector(preparedElements)) : Tensor.None,
            Saved = training ? [.. op.Saved.Select(s => Take(s))] : [],
            DInputs = training ? [
                .. op.Inputs.Select((s, i) => op.HasGradient(i) ? new Gradient(Take(s), GradientMode.Set) : Gradient.None)] : [],
            DOutput = training ? Take(op.Output) : Tensor.None,
            DParameters = training ? [.. op.Parameters.Select(p => p.IsTrained ? Take(p.Shape) : Tensor.None)] : [],
            Training = training,
        };
    }
}
