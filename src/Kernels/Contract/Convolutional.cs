using System.Collections.Immutable;

namespace GpuNet.Kernels;

/// <summary>
/// A convolution of some kind with what may follow it in the same pass. Its parameters are <c>weight</c>, then <c>bias</c> if it has
/// one, then those of the norm in its epilogue.
/// </summary>
/// <param name="Input">Extents of the input.</param>
/// <param name="Bias">Whether a bias is added.</param>
public abstract record Convolutional(Shape Input, bool Bias) : Operator
{
    /// <summary>What follows the convolution; other than <see cref="Epilogue.None"/> at inference only.</summary>
    public Epilogue Epilogue { get; init; } = Epilogue.None;

    /// <summary>How its values lie in memory; other than float32 at inference only. A residual lies as the output does.</summary>
    public Storage Storage { get; init; }

    /// <summary>Extents of the convolution's result, before the epilogue places it.</summary>
    public abstract Shape Result { get; }

    /// <inheritdoc/>
    public sealed override ImmutableArray<Shape> Inputs => [Input, .. Epilogue.Inputs(Result, Gate)];

    /// <inheritdoc/>
    public sealed override Shape Output => Epilogue.Output(Result);

    /// <inheritdoc/>
    public sealed override ImmutableArray<ParameterSpec> Parameters =>
    [
        Weight,
        .. Bias
            ? [new ParameterSpec("bias", Shape.Vector(Result.C), ParameterKind.Bias, Initializer.Zeros)]
            : ImmutableArray<ParameterSpec>.Empty,
        .. Epilogue.Parameters(Result),
    ];

    /// <inheritdoc/>
    public override bool IsInferenceOnly => Epilogue != Epilogue.None || Storage != default;

    /// <inheritdoc/>
    public sealed override ElementType InputType(int input) =>
        input == 0 ? Storage.Input : input == 1 && Epilogue.Residual != ResidualOrder.None ? Storage.Output : ElementType.Float32;

    /// <inheritdoc/>
    public sealed override ElementType OutputType => Storage.Output;

    /// <inheritdoc/>
    public override int? InPlaceInput => Epilogue.Slice is { Continues: true } ? Inputs.Length - 1 : null;

    /// <summary>A gate that the input is multiplied by as it is read; null where there is none.</summary>
    private protected virtual Shape? Gate => null;

    /// <summary>The filter.</summary>
    protected abstract ParameterSpec Weight { get; }

    /// <summary>Whether the values on either side have extents that 16 bits each suit; see <see cref="ElementType.Bfloat16"/>.</summary>
    /// <param name="storage">How they would lie.</param>
    public virtual bool Suits(Storage storage) =>
        (storage.Input == ElementType.Float32 || Input.C % 4 == 0)
        && (storage.Output == ElementType.Float32 || (Result.C % 4 == 0 && Epilogue.Slice is null));

    /// <inheritdoc/>
    public sealed override Operator? Stored(Storage storage) => Suits(storage) ? this with { Storage = storage } : null;

    /// <summary>Checks what all convolutions ask of their epilogue and of how values lie.</summary>
    protected void RequireFittingEpilogue()
    {
        Require(Suits(Storage), "values of 16 bits come in multiples of four channels, without groups or slices", "such channels",
            $"{Input.C} to {Result.C}");
        Require(Epilogue.NormEpsilon is null or (> 0f and < float.PositiveInfinity), "epsilon keeps the variance away from 0",
            "a positive number", Epilogue.NormEpsilon ?? 0f);
        Require(Enum.IsDefined(Epilogue.Activation), "the activation is one there is",
            string.Join(", ", Enum.GetNames<ActivationKind>()), Epilogue.Activation);
        Require(Enum.IsDefined(Epilogue.Residual), "the residual has a place", string.Join(", ", Enum.GetNames<ResidualOrder>()),
            Epilogue.Residual);
        if (Epilogue.Slice is { } slice)
        {
            Require(slice.First >= 0 && slice.First + Result.C <= slice.AllChannels, "the result fits its slice",
                $"channels {slice.First} to {slice.First + Result.C} within the output", slice.AllChannels);
        }
    }

    /// <summary>What the epilogue adds to <see cref="Operator.Detail"/>.</summary>
    protected string EpilogueDetail
    {
        get
        {
            string norm = Epilogue.NormEpsilon is { } epsilon ? " norm" + Unless(1e-5f, "epsilon", epsilon) : "";
            string activation = Epilogue.Activation == ActivationKind.Identity ? "" : $" {Epilogue.Activation}";
            string residual = Epilogue.Residual switch
            {
                ResidualOrder.AfterActivation => $"{activation} residual",
                ResidualOrder.BeforeActivation => $" residual {Epilogue.Activation}",
                _ => activation,
            };
            string slice = Epilogue.Slice is { } s ? $" {Result.C} at {s.First} of {s.AllChannels}{(s.Continues ? " in place" : "")}" : "";
            return norm + residual + slice + Storage;
        }
    }
}
