namespace GpuNet.Kernels;

/// <summary>What the kernels of convolutions need to know of an <see cref="Epilogue"/>, by value.</summary>
public readonly struct EpilogueGeometry
{
    /// <summary>Channels of the result.</summary>
    public readonly int Channels;

    /// <summary>Distance of the output's rows, and the channel at which the result starts in them.</summary>
    public readonly int Pitch, First;

    /// <summary>1 where there is a bias, 0 where not.</summary>
    public readonly int HasBias;

    /// <summary>1 where a residual is added before, or behind, the activation; 0 where not.</summary>
    public readonly int AddsBefore, AddsAfter;

    /// <summary>Collects the extents.</summary>
    internal EpilogueGeometry(Convolutional op)
    {
        Channels = op.Result.C;
        Pitch = op.Output.C;
        First = op.Epilogue.Slice?.First ?? 0;
        HasBias = op.Bias || op.Epilogue.NormEpsilon is not null ? 1 : 0;
        AddsBefore = op.Epilogue.Residual == ResidualOrder.BeforeActivation ? 1 : 0;
        AddsAfter = op.Epilogue.Residual == ResidualOrder.AfterActivation ? 1 : 0;
    }

    /// <summary>Sums that are written as they are, or added to what is there.</summary>
    internal EpilogueGeometry(int channels, bool adds)
    {
        Channels = Pitch = channels;
        AddsBefore = adds ? 1 : 0;
    }
}
