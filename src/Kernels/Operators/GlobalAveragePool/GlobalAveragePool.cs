using System.Collections.Immutable;

namespace GpuNet.Kernels;

/// <summary>
/// The mean of every channel over an image (Lin et al. 2013, arXiv:1312.4400): the head of a classifier, and the squeeze of a
/// squeeze-and-excitation block.
/// <code>
/// y[n,1,1,c]  = Σ_hw x[n,h,w,c] / (H·W)
/// dx[n,h,w,c] = dy[n,1,1,c] / (H·W)
/// </code>
/// </summary>
/// <param name="Input">Extents of the input.</param>
public sealed partial record GlobalAveragePool(Shape Input) : Operator
{
    /// <summary>How the input lies in memory; other than float32 at inference only.</summary>
    public ElementType Type { get; init; }

    /// <inheritdoc/>
    public override ImmutableArray<Shape> Inputs => [Input];

    /// <inheritdoc/>
    public override bool IsInferenceOnly => Type != ElementType.Float32;

    /// <inheritdoc/>
    public override ElementType InputType(int input) => Type;

    /// <inheritdoc/>
    public override Operator? Stored(Storage storage) =>
        storage.Output == ElementType.Float32 && Suits(storage.Input) ? this with { Type = storage.Input } : null;

    /// <inheritdoc/>
    public override Shape Output => new(Input.N, 1, 1, Input.C);

    /// <inheritdoc/>
    public override BackwardReads BackwardReads => BackwardReads.None;

    /// <inheritdoc/>
    public override long Flops => Input.Elements;

    /// <inheritdoc/>
    protected override string Detail => new Storage(Type, ElementType.Float32).ToString().Trim();

    /// <inheritdoc/>
    public override void Validate()
    {
        RequirePositiveInputs();
        Require(Suits(Type), "values of 16 bits come in multiples of four channels", "such channels", Input.C);
    }

    private bool Suits(ElementType type) => type == ElementType.Float32 || Input.C % 4 == 0;
}
