using ILGPU.Algorithms;

namespace ILGPU;

/// <summary>Switches the functions of <see cref="XMath"/> on.</summary>
public static class AlgorithmContext
{
    /// <summary>Accepted; they are ordinary methods here.</summary>
    public static Context.Builder EnableAlgorithms(this Context.Builder builder) => builder;
}
