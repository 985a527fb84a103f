namespace ILGPU;

/// <summary>How far kernels are optimised; without meaning here, where .NET compiles them.</summary>
public enum OptimizationLevel
{
    /// <summary>None.</summary>
    O0 = 0,

    /// <summary>None, by its other name.</summary>
    Debug = O0,

    /// <summary>The usual passes.</summary>
    O1 = 1,

    /// <summary>The usual passes, by their other name.</summary>
    Release = O1,

    /// <summary>All passes.</summary>
    O2 = 2,
}

/// <summary>Which precision the mathematical functions may trade for speed; without meaning here.</summary>
public enum MathMode
{
    /// <summary>Full precision.</summary>
    Default,

    /// <summary>Approximations.</summary>
    Fast,

    /// <summary>Approximations, and 32 bits for everything.</summary>
    Fast32BitOnly,
}

/// <summary>Which calls in a kernel are inlined; without meaning here.</summary>
public enum InliningMode
{
    /// <summary>Every call.</summary>
    Aggressive = 0,

    /// <summary>Every call, by its other name.</summary>
    Default = Aggressive,

    /// <summary>Small methods.</summary>
    Conservative,

    /// <summary>None.</summary>
    Disabled,
}
