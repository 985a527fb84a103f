namespace GpuNet.Kernels;

/// <summary>
/// Depthwise convolution: each channel is filtered by a kernel of its own (Howard et al. 2017, arXiv:1704.04861).
/// <code>
/// y[n,p,q,c]  = bias[c] + Σ_ab x[n, p·s+a·d−top, q·s+b·d−left, c] · w[a,b,c]
/// dx[n,h,w,c] = Σ_ab dy[n,p,q,c] · w[a,b,c]        over the p, q that read h, w through tap a, b
/// dw[a,b,c]   = Σ_npq x[n, p·s+a·d−top, q·s+b·d−left, c] · dy[n,p,q,c]
/// </code>
/// Parameters: <c>weight</c> (a, b, 1, c), and <c>bias</c> if asked for.
/// </summary>
/// <param name="Input">Extents of the input.</param>
/// <param name="Window">Kernel, stride, dilation and padding.</param>
/// <param name="Bias">Whether a bias is added.</param>
public sealed partial record DepthwiseConv(Shape Input, Window Window, bool Bias = false) : Convolutional(Input, Bias)
{
    /// <summary>Most taps a kernel may have: the host code keeps the addresses of a pixel's taps on its stack.</summary>
    internal const int MaxTaps = 4096;

    /// <inheritdoc/>
    public override Shape Result
    {
        get
        {
            (int height, int width) = Window.Output(Input.H, Input.W);
            return new Shape(Input.N, height, width, Input.C);
        }
    }

    /// <inheritdoc/>
    protected override ParameterSpec Weight => new("weight", new Shape(Window.KernelH, Window.KernelW, 1, Input.C),
        ParameterKind.Filter, Initializer.HeFanOut(Window.Taps * Input.C));

    /// <inheritdoc/>
    protected override string Detail => $"{Window}{(Bias ? " bias" : "")}{EpilogueDetail}";

    /// <inheritdoc/>
    public override long Macs => Result.Elements * Window.Taps;

    /// <inheritdoc/>
    public override void Validate()
    {
        RequirePositiveInputs();
        Require(Window.IsValid, "kernel, stride and dilation are at least 1 and no padding is negative", "such a window", Window);
        Require(Window.Taps <= MaxTaps, "the kernel has a bounded number of taps", $"at most {MaxTaps}", Window.Taps);
        Require(Result.IsPositive, "the dilated kernel fits the padded image", "an output of at least 1x1", Result);
        RequireFittingEpilogue();
    }
}
