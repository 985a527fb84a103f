namespace GpuNet;

/// <summary>An elementwise non-linearity. Its slope at a kink is the one PyTorch takes.</summary>
public enum ActivationKind
{
    /// <summary>x.</summary>
    Identity,

    /// <summary>max(x, 0); slope 0 at 0.</summary>
    Relu,

    /// <summary>min(max(x, 0), 6); slope 1 strictly between 0 and 6 (Howard et al. 2017, arXiv:1704.04861).</summary>
    Relu6,

    /// <summary>x·σ(x), also called swish (Ramachandran et al. 2017, arXiv:1710.05941).</summary>
    Silu,

    /// <summary>σ(x) = 1 / (1 + e^−x).</summary>
    Sigmoid,

    /// <summary>min(max(x + 3, 0), 6) / 6; slope 1/6 strictly between −3 and 3 (Howard et al. 2019, arXiv:1905.02244).</summary>
    HardSigmoid,

    /// <summary>x · min(max(x + 3, 0), 6) / 6; slope 0 up to −3 and 1 from 3 (Howard et al. 2019, arXiv:1905.02244).</summary>
    HardSwish,

    /// <summary>x·Φ(x) with the normal distribution function (Hendrycks and Gimpel 2016, arXiv:1606.08415).</summary>
    Gelu,

    /// <summary>GELU's approximation x/2 · (1 + tanh(√(2/π)·(x + 0.044715·x³))), from the same paper.</summary>
    GeluTanh,
}
