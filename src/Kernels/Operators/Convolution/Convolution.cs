namespace GpuNet.Kernels;

/// <summary>
/// Convolution with any kernel, stride, dilation, padding and number of groups. Output channel k of group g reads the C/G input
/// channels of its group; c below counts within it.
/// <code>
/// y[n,p,q,k]        = bias[k] + Σ_abc x[n, p·s+a·d−top, q·s+b·d−left, g·C/G+c] · w[a,b,c,k]
/// dx[n,h,w,g·C/G+c] = Σ_abk dy[n,p,q,k] · w[a,b,c,k]      over the p, q that read h, w through tap a, b, and the k of group g
/// dw[a,b,c,k]       = Σ_npq x[n, p·s+a·d−top, q·s+b·d−left, g·C/G+c] · dy[n,p,q,k]
/// </code>
/// Parameters: <c>weight</c> (a, b, c/groups, k), and <c>bias</c> if asked for.
/// </summary>
/// <param name="Input">Extents of the input.</param>
/// <param name="Channels">Output channels.</param>
/// <param name="Window">Kernel, stride, dilation and padding.</param>
/// <param name="Groups">Groups of channels that do not mix; divides input and output channels.</param>
/// <param name="Bias">Whether a bias is added.</param>
public sealed partial record Convolution(
    Shape Input, int Channels, Window Window, int Groups = 1, bool Bias = false) : Convolutional(Input, Bias)
{
    /// <inheritdoc/>
    public override Shape Result
    {
        get
        {
            (int height, int width) = Window.Output(Input.H, Input.W);
            return new Shape(Input.N, height, width, Channels);
        }
    }

    // torchvision counts the fan-out over all groups, so this does too.
    /// <inheritdoc/>
    protected override ParameterSpec Weight => new("weight", new Shape(Window.KernelH, Window.KernelW, Input.C / Groups, Channels),
        ParameterKind.Filter, Initializer.HeFanOut(Window.Taps * Channels));

    /// <inheritdoc/>
    public override long Macs => Result.Elements * Window.Taps * (Input.C / Groups);

    /// <inheritdoc/>
    protected override string Detail => $"{Window}{(Groups > 1 ? $" groups {Groups}" : "")}{(Bias ? " bias" : "")}{EpilogueDetail}";

    /// <inheritdoc/>
    public override bool Suits(Storage storage) => (Groups == 1 || storage == default) && base.Suits(storage);

    /// <inheritdoc/>
    public override void Validate()
    {
        RequirePositiveInputs();
        Require(Channels > 0, "there is at least one output channel", "a positive number", Channels);
        Require(Groups > 0 && Input.C % Groups == 0, "the groups divide the input channels", $"a divisor of {Input.C}", Groups);
        Require(Channels % Groups == 0, "the groups divide the output channels", $"a divisor of {Channels}", Groups);
        Require(Window.IsValid, "kernel, stride and dilation are at least 1 and no padding is negative", "such a window", Window);
        Require(Result.IsPositive, "the dilated kernel fits the padded image", "an output of at least 1x1", Result);
        RequireFittingEpilogue();
    }
}
