using System.Collections.Immutable;

namespace GpuNet.Kernels;

/// <summary>
/// Scaled dot-product attention of the pixels of each image to one another (Vaswani et al. 2017, arXiv:1706.03762). The T = H·W
/// pixels are the tokens, i the asking and j the answering one; q, k and v are rows of one head, d = E / heads.
/// <code>
/// s[i,j] = q[i]·k[j] / √d       lse[i] = log Σ_j exp s[i,j]       p[i,j] = exp(s[i,j] − lse[i])
/// y[i]   = Σ_j p[i,j] · v[j]
/// ds[i,j] = p[i,j] · (dy[i]·v[j] − dy[i]·y[i])
/// dq[i]  = Σ_j ds[i,j] · k[j] / √d       dk[j] = Σ_i ds[i,j] · q[i] / √d       dv[j] = Σ_i p[i,j] · dy[i]
/// </code>
/// Memory is linear in the tokens: p is never stored, backward computes it anew from the saved lse (Dao et al. 2022,
/// arXiv:2205.14135). The projections before and after are pointwise convolutions of their own.
/// </summary>
/// <param name="Input">
/// Extents [N, H, W, 3E]: q, k and v one after the other along the channels, in each the heads one after the other.
/// </param>
/// <param name="Heads">Heads; they divide E.</param>
public sealed partial record SelfAttention(Shape Input, int Heads) : Operator
{
    /// <inheritdoc/>
    public override ImmutableArray<Shape> Inputs => [Input];

    /// <inheritdoc/>
    public override Shape Output => Input with { C = Input.C / 3 };

    /// <summary>lse [N, H, W, heads].</summary>
    public override ImmutableArray<Shape> Saved => [Input with { C = Heads }];

    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.Inputs | BackwardReads.Output;

    /// <inheritdoc/>
    protected override string Detail => $"{Heads} heads";

    /// <summary>Two products of T·T·d a head.</summary>
    public override long Flops => 4 * Output.Elements * Input.Pixels;

    /// <inheritdoc/>
    public override void Validate()
    {
        RequirePositiveInputs();
        Require(Input.C % 3 == 0, "channels are q, k and v", "a multiple of 3", Input.C);
        Require(Heads > 0, "there are heads", "at least 1", Heads);
        Require(Output.C % Heads == 0, "heads divide the channels of q, k and v", $"a divisor of {Output.C}", Heads);
    }
}

/// <summary>The extents of a <see cref="SelfAttention"/> as kernels take them, by value.</summary>
internal readonly struct AttentionGeometry
{
    /// <summary>Images, tokens of an image, heads, channels of a head, channels of all heads.</summary>
    public readonly int N, Tokens, Heads, D, E;

    /// <summary>1 / √d.</summary>
    public readonly float Scale;

    /// <summary>Collects the extents.</summary>
    public AttentionGeometry(SelfAttention op)
    {
        ArgumentNullException.ThrowIfNull(op);
        (N, Tokens, Heads, E) = (op.Input.N, op.Input.Pixels, op.Heads, op.Output.C);
        D = E / Heads;
        Scale = 1 / MathF.Sqrt(D);
    }
}
