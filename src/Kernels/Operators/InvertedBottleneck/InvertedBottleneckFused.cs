namespace GpuNet.Kernels;

/// <summary>
/// The whole block without its normalised maps: a norm's sums are taken where a convolution writes, and the norm is applied where the next
/// one reads, forward and in the gradients of filters. Only z1, z2 and z3 are ever written. What backward does besides, the gradients of
/// norms and of maps, are the parts' own kernels.
/// </summary>
internal sealed class InvertedBottleneckFused : Launcher
{
    // Elements between tensors of the workspace, so that each starts on a boundary.
    private const int Boundary = Arena.Alignment / sizeof(float);

    private readonly InvertedBottleneck op;
    private readonly PointwiseProduct? expand;
    private readonly DepthwiseMoments filter;
    private readonly PointwiseProduct project;
    private readonly BottleneckNorm? norm1;
    private readonly BottleneckNorm norm2, norm3;
    private readonly ElementwisePass apply;
    private readonly Launcher? expandBackward, addBackward;
    private readonly Launcher projectBackward;
    private readonly DepthwiseTileBackward filterBackward;
    private readonly SharedWeightProduct projectWeights;
    private readonly long hidden, otherHidden, narrow, factors1, factors2, factors3, scratch;
    private readonly int scratchElements, first;

    // What is run for the operands that were bound last; a plan always passes the same.
    private Operands? bound, boundBackward, addOperands, norm3Operands, projectOperands, norm2Operands, norm1Operands, expandOperands;
    private Tensor z1, z2, z3;

    public InvertedBottleneckFused(Device device, InvertedBottleneck op)
    {
        this.op = op;
        first = op.Expands ? 1 : 0;
        ActivationKind? norm = op.Expands ? op.Activation : null;
        filter = new DepthwiseMoments(device, op.Filter, norm);
        filterBackward = new DepthwiseTileBackward(device, op.Filter, norm);
        project = new PointwiseProduct(device, op.Project, op.Activation);
        projectBackward = op.Project.Bind(device);
        projectWeights = new SharedWeightProduct(device, ProductGeometry.Forward(op.Project.AsConvolution, joins: false), 1,
            op.Activation);
        int statistics = 2 + first;
        norm2 = new BottleneckNorm(device, op.FilterNorm, filter.Moments, (5 * first) + 1, statistics + (2 * first));
        norm3 = new BottleneckNorm(device, op.ProjectNorm, project.Moments, (5 * first) + 6, statistics + (2 * first) + 2);
        long most = Math.Max(Math.Max(filter.Moments.Elements, project.Moments.Elements),
            Math.Max(norm2.WorkspaceElements, norm3.WorkspaceElements));
        most = Math.Max(Math.Max(most, projectBackward.WorkspaceElements),
            Math.Max(filterBackward.WorkspaceElements, projectWeights.WorkspaceElements));
        if (op.Expands)
        {
            expand = new PointwiseProduct(device, op.Expand, norm: null);
            expandBackward = op.Expand.Bind(device);
            norm1 = new BottleneckNorm(device, op.ExpandNorm, expand.Moments, 1, statistics);
            most = Math.Max(Math.Max(most, expand.Moments.Elements), Math.Max(expandBackward.WorkspaceElements, norm1.WorkspaceElements));
        }
        var rows = ElementwiseRows.PerChannel(op.Output);
        apply = new ElementwisePass(
            device, rows, typeof(MinusChannel), typeof(TimesChannel), typeof(PlusChannel),
            op.Residual ? typeof(PlusTensor) : typeof(Pass));
        addBackward = op.Residual ? new Add(op.Output).Bind(device) : null;
        long size = 0;
        long Take(long elements)
        {
            long at = size;
            size += (elements + Boundary - 1) / Boundary * Boundary;
            return at;
        }

        long wide = Math.Max(op.Expands ? op.Expand.Output.Elements : 0, op.Filter.Output.Elements);
        (hidden, otherHidden, narrow) = (Take(wide), Take(wide), Take(op.Output.Elements));
        (factors1, factors2, factors3) = (Take(norm1?.FactorElements ?? 0), Take(norm2.FactorElements), Take(norm3.FactorElements));
        // Whole vectors, behind which the counts of moments end.
        scratchElements = checked((int)((most + Boundary - 1) / Boundary * Boundary));
        scratch = Take(scratchElements);
        WorkspaceElements = size;
    }

    public override long WorkspaceElements { get; }

    public override void Forward(Operands o)
    {
        Bind(o);
        View x = o.Input.View, moments = Scratch(o).View, by2 = By(o, factors2, norm2), by3 = By(o, factors3, norm3), read = x, by1 = x;
        if (expand is not null)
        {
            (read, by1) = (z1.View, By(o, factors1, norm1!));
            expand.Run(x, x, o.Parameters[0].View, z1.View, moments);
            norm1!.Forward(o, moments, by1);
        }
        filter.Run(read, by1, o.Parameters[5 * first].View, z2.View, moments);
        norm2.Forward(o, moments, by2);
        project.Run(z2.View, by2, o.Parameters[(5 * first) + 5].View, z3.View, moments);
        norm3.Forward(o, moments, by3);
        apply.Run(z3.View, norm3.Mean(o), by3, o.Parameters[(5 * first) + 7].View, x, o.Output.View);
    }

    public override void Backward(Operands o)
    {
        BindBackward(o);
        View x = o.Input.View, scratch = Scratch(o).View, by2 = By(o, factors2, norm2), weight = o.Parameters[5 * first].View, read = x,
            by1 = x;
        Gradient dx = o.DInput, dRead = AfterResidual(dx);
        if (op.Residual && dx.IsWanted)
            addBackward!.Backward(addOperands!);
        norm3.Backward(norm3Operands!);
        projectBackward.Backward(projectOperands!);
        if (!o.DParameters[(5 * first) + 5].IsNone)
        {
            norm2.Factors(o, by2);
            projectWeights.Run(z2.View, by2, projectOperands!.DOutput.View, o.DParameters[(5 * first) + 5].View, scratch);
        }
        norm2.Backward(norm2Operands!);
        if (norm1 is not null)
        {
            (read, by1) = (z1.View, By(o, factors1, norm1));
            norm1.Factors(o, by1);
            dRead = new Gradient(norm1Operands!.DOutput, GradientMode.Set);
        }
        bool wantsFilter = !o.DParameters[5 * first].IsNone;
        filterBackward.Run(new DepthwiseGradients
        {
            X = read,
            Factors = by1,
            DY = norm2Operands!.DInput.Tensor.View,
            Weight = weight,
            DX = dRead.IsWanted ? dRead.Tensor.View : weight,
            Mode = dRead.Mode,
            DWeight = wantsFilter ? o.DParameters[5 * first].View : weight,
            WantsWeight = wantsFilter,
            DBias = weight,
            Workspace = scratch,
        });
        if (norm1 is not null)
        {
            norm1.Backward(norm1Operands!);
            expandBackward!.Backward(expandOperands!);
        }
    }

    // What the input's gradient still takes when that of the sum is in it.
    private Gradient AfterResidual(Gradient dx) => op.Residual && dx.IsWanted ? dx with { Mode = GradientMode.Add } : dx;

    private static View By(Operands o, long at, BottleneckNorm norm) => o.Workspace.View.SubView(at, norm.FactorElements);

    private Tensor Scratch(Operands o) => o.Workspace.Slice(scratch, Shape.Vector(scratchElements));

    private static Tensor At(Operands o, long at, Shape shape) => o.Workspace.Slice(at, shape);

    private void Bind(Operands o)
    {
        if (bound == o)
            return;
        bound = o;
        (Shape wide1, Shape wide2) = (op.Expand.Output, op.Filter.Output);
        bool kept = o.Saved.Length > 0;
        z1 = !op.Expands ? o.Input : kept ? o.Saved[0].Slice(0, wide1) : At(o, hidden, wide1);
        z2 = kept ? o.Saved[first].Slice(0, wide2) : At(o, otherHidden, wide2);
        z3 = kept ? o.Saved[first + 1].Slice(0, op.Output) : At(o, narrow, op.Output);
    }

    private void BindBackward(Operands o)
    {
        Bind(o);
        if (boundBackward == o)
            return;
        boundBackward = o;
        (Shape wide1, Shape wide2) = (op.Expand.Output, op.Filter.Output);
        Tensor workspace = Scratch(o), dz3 = At(o, narrow, op.Output), dh2 = At(o, hidden, wide2), dz2 = At(o, otherHidden, wide2);
        addOperands = new Operands { DOutput = o.DOutput, DInputs = [o.DInput, Gradient.None] };
        norm3Operands = norm3.Bind(o, z3, o.DOutput, dz3, workspace);
        projectOperands = Convolution(o, (5 * first) + 5, z2, Tensor.None, dz3, new Gradient(dh2, GradientMode.Set));
        norm2Operands = norm2.Bind(o, z2, dh2, dz2, workspace);
        if (norm1 is null)
            return;
        Tensor dh1 = At(o, hidden, wide1), dz1 = At(o, otherHidden, wide1);
        norm1Operands = norm1.Bind(o, z1, dh1, dz1, workspace);
        expandOperands = Convolution(o, 0, o.Input, o.DParameters[0], dz1, AfterResidual(o.DInput));
    }

    private Operands Convolution(Operands o, int parameter, Tensor input, Tensor dWeight, Tensor dOutput, Gradient dInput) => new()
    {
        Training = o.Training,
        Inputs = [input],
        Parameters = [o.Parameters[parameter]],
        DParameters = [dWeight],
        Workspace = Scratch(o),
        DOutput = dOutput,
        DInputs = [dInput],
    };
}
