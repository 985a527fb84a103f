namespace GpuNet.Kernels;

/// <summary>
/// The parts one after the other, each by its own plain kernels. What backward needs besides the saved tensors it makes once more:
/// a norm's result from what the norm took, with running statistics that are thrown away.
/// </summary>
internal sealed class InvertedBottleneckComposed : Launcher
{
    // Elements between tensors of the workspace, so that each starts on a boundary.
    private const int Boundary = Arena.Alignment / sizeof(float);

    private readonly InvertedBottleneck op;
    private readonly Launcher expand, expandNorm, filter, filterNorm, project, projectNorm, add;
    private readonly Shape first, second;
    private readonly long hidden1, gradient1, gradientHidden1, hidden2, gradient2, gradientHidden2, projected, result, thrownAway, scratch;
    private readonly long scratchElements;

    // What is run for the operands that were bound last; a plan always passes the same.
    private readonly List<(Launcher Launcher, Operands Operands)> forward = [], backward = [];
    private Operands? bound;

    public InvertedBottleneckComposed(Device device, InvertedBottleneck op)
    {
        this.op = op;
        (first, second) = (op.Expand.Output, op.Filter.Output);
        expand = op.Expand.Bind(device);
        expandNorm = op.ExpandNorm.Bind(device);
        filter = op.Filter.Bind(device);
        filterNorm = op.FilterNorm.Bind(device);
        project = op.Project.Bind(device);
        projectNorm = op.ProjectNorm.Bind(device);
        add = new Add(op.Output).Bind(device);
        long size = 0;
        long Take(long elements)
        {
            long at = size;
            size += (elements + Boundary - 1) / Boundary * Boundary;
            return at;
        }

        (hidden1, gradient1, gradientHidden1) = (Take(first.Elements), Take(first.Elements), Take(first.Elements));
        (hidden2, gradient2, gradientHidden2) = (Take(second.Elements), Take(second.Elements), Take(second.Elements));
        (projected, result) = (Take(op.Output.Elements), Take(op.Output.Elements));
        thrownAway = Take(4L * Pitch(op.Hidden));
        scratchElements = ((Launcher[])[expand, expandNorm, filter, filterNorm, project, projectNorm]).Max(l => l.WorkspaceElements);
        scratch = Take(scratchElements);
        WorkspaceElements = size;
    }

    public override long WorkspaceElements { get; }

    public override void Forward(Operands o)
    {
        Bind(o);
        foreach ((Launcher launcher, Operands operands) in forward)
            launcher.Forward(operands);
    }

    public override void Backward(Operands o)
    {
        Bind(o);
        if (o.Training)
            At(o, thrownAway, Shape.Vector(2 * Pitch(op.Hidden))).Clear();
        foreach ((Launcher launcher, Operands operands) in backward)
        {
            if (operands.DOutput.IsNone)
                launcher.Forward(operands);
            else
                launcher.Backward(operands);
        }
    }

    private void Bind(Operands o)
    {
        if (bound == o)
            return;
        bound = o;
        forward.Clear();
        backward.Clear();
        BindForward(o);
        if (!o.DOutput.IsNone)
            BindBackward(o);
    }

    private void BindForward(Operands o)
    {
        Tensor h1 = o.Input;
        if (op.Expands)
        {
            Tensor z1 = Raw(o, 0, first, gradient1);
            forward.Add((expand, Part(o, h1, 0, 1, z1)));
            h1 = At(o, hidden1, first);
            forward.Add((expandNorm, Part(o, z1, 1, 4, h1, 0)));
        }
        int part = op.Expands ? 1 : 0;
        Tensor z2 = Raw(o, part, second, gradient2), h2 = At(o, hidden2, second), z3 = Raw(o, part + 1, op.Output, projected);
        forward.Add((filter, Part(o, h1, 5 * part, 1, z2)));
        forward.Add((filterNorm, Part(o, z2, (5 * part) + 1, 4, h2, part)));
        forward.Add((project, Part(o, h2, (5 * part) + 5, 1, z3)));
        Tensor y = op.Residual ? At(o, result, op.Output) : o.Output;
        forward.Add((projectNorm, Part(o, z3, (5 * part) + 6, 4, y, part + 1)));
        if (op.Residual)
            forward.Add((add, new Operands { Inputs = [y, o.Input], Output = o.Output }));
    }

    private void BindBackward(Operands o)
    {
        int part = op.Expands ? 1 : 0;
        Tensor z2 = Raw(o, part, second, 0), h2 = At(o, hidden2, second), z3 = Raw(o, part + 1, op.Output, 0),
            dz3 = At(o, result, op.Output);
        Tensor dz2 = At(o, gradient2, second), dh2 = At(o, gradientHidden2, second), h1 = o.Input;
        if (op.Expands)
        {
            h1 = At(o, hidden1, first);
            backward.Add((expandNorm, Again(o, Raw(o, 0, first, 0), 1, h1)));
        }
        backward.Add((filterNorm, Again(o, z2, (5 * part) + 1, h2)));
        backward.Add((projectNorm, Part(o, z3, (5 * part) + 6, 4, Tensor.None, part + 1, o.DOutput, Set(dz3))));
        backward.Add((project, Part(o, h2, (5 * part) + 5, 1, z3, -1, dz3, Set(dh2))));
        backward.Add((filterNorm, Part(o, z2, (5 * part) + 1, 4, h2, part, dh2, Set(dz2))));
        Gradient dx = o.DInput;
        if (op.Residual && dx.IsWanted)
        {
            backward.Add((add, new Operands { DOutput = o.DOutput, DInputs = [dx, Gradient.None] }));
            dx = dx with { Mode = GradientMode.Add };
        }
        if (!op.Expands)
        {
            backward.Add((filter, Part(o, h1, 0, 1, z2, -1, dz2, dx)));
            return;
        }
        Tensor dz1 = At(o, gradient1, first), dh1 = At(o, gradientHidden1, first);
        backward.Add((filter, Part(o, h1, 5, 1, z2, -1, dz2, Set(dh1))));
        backward.Add((expandNorm, Part(o, Raw(o, 0, first, 0), 1, 4, h1, 0, dh1, Set(dz1))));
        backward.Add((expand, Part(o, o.Input, 0, 1, dz1, -1, dz1, dx)));
    }

    private static int Pitch(int channels) => (channels + Boundary - 1) / Boundary * Boundary;

    private static Gradient Set(Tensor tensor) => new(tensor, GradientMode.Set);

    private static Tensor At(Operands o, long offset, Shape shape) => o.Workspace.Slice(offset, shape);

    // A convolution's result: kept for backward, or else in the workspace.
    private static Tensor Raw(Operands o, int index, Shape shape, long offset) =>
        o.Saved.Length > 0 ? o.Saved[index].Slice(0, shape) : At(o, offset, shape);

    // The operands of one part; norms are counted from 0, and -1 stands for a convolution.
    private Operands Part(
        Operands o, Tensor input, int parameter, int parameters, Tensor output, int norm = -1, Tensor dOutput = default,
        Gradient dInput = default)
    {
        int statistics = op.Expands ? 3 : 2;
        return new Operands
        {
            Training = o.Training,
            Inputs = [input],
            Parameters = o.Parameters[parameter..(parameter + parameters)],
            DParameters = o.DParameters.Length > 0 ? o.DParameters[parameter..(parameter + parameters)] : [],
            Saved = norm < 0 || o.Saved.Length == 0 ? []
                : [Statistic(o, statistics + (2 * norm), input), Statistic(o, statistics + (2 * norm) + 1, input)],
            Output = output,
            Workspace = scratchElements > 0 ? At(o, scratch, Shape.Vector((int)scratchElements)) : Tensor.None,
            DOutput = dOutput,
            DInputs = [dInput],
        };
    }

    private static Tensor Statistic(Operands o, int index, Tensor input) => o.Saved[index].Slice(0, Shape.Vector(input.Shape.C));

    // A norm's forward pass a second time: what it tracks and saves goes to memory nobody reads.
    private Operands Again(Operands o, Tensor input, int parameter, Tensor output)
    {
        var vector = Shape.Vector(op.Hidden);
        Tensor Aside(int index) => At(o, thrownAway + ((long)index * Pitch(op.Hidden)), vector);
        Operands part = Part(o, input, parameter, 4, output);
        if (!o.Training)
            return part;
        return new Operands
        {
            Training = true,
            Inputs = part.Inputs,
            Parameters = [part.Parameters[0], part.Parameters[1], Aside(0), Aside(1)],
            Saved = [Aside(2), Aside(3)],
            Output = output,
            Workspace = part.Workspace,
        };
    }
}
