namespace GpuNet.Bench;

/// <summary>What is worked out of an operator's time.</summary>
internal enum OperatorFigure
{
    /// <summary>Floating-point operations per nanosecond.</summary>
    GigaFlops,

    /// <summary>Bytes that must be moved, per nanosecond.</summary>
    GigaBytes,

    /// <summary>The same as a share of what copying large buffers reaches.</summary>
    ShareOfCopy,
}
