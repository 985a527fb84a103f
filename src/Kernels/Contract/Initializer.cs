namespace GpuNet;

/// <summary>A distribution that initial parameter values are drawn from.</summary>
/// <param name="Distribution">Its form.</param>
/// <param name="Scale">The constant, the standard deviation, or the half-width of the range.</param>
public readonly record struct Initializer(Distribution Distribution, float Scale)
{
    /// <summary>All zero.</summary>
    public static Initializer Zeros => Constant(0);

    /// <summary>All one.</summary>
    public static Initializer Ones => Constant(1);

    /// <summary>All the same.</summary>
    public static Initializer Constant(float value) => new(Distribution.Constant, value);

    /// <summary>Normal with mean 0.</summary>
    public static Initializer Normal(float standardDeviation) => new(Distribution.Normal, standardDeviation);

    /// <summary>Uniform in ±<paramref name="bound"/>.</summary>
    public static Initializer Uniform(float bound) => new(Distribution.Uniform, bound);

    /// <summary>
    /// Normal with variance 2 / fan-out, where fan-out counts the outputs an input element reaches (He et al. 2015,
    /// arXiv:1502.01852, as torchvision applies it to convolutions).
    /// </summary>
    public static Initializer HeFanOut(int fanOut) => Normal(MathF.Sqrt(2f / fanOut));
}

/// <summary>Form of an <see cref="Initializer"/>.</summary>
public enum Distribution
{
    /// <summary>The same value everywhere.</summary>
    Constant,

    /// <summary>Normal with mean 0.</summary>
    Normal,

    /// <summary>Uniform around 0.</summary>
    Uniform,
}
