namespace ILGPU;

/// <summary>How far apart elements lie.</summary>
public interface IStride1D
{
    /// <summary>The distance in elements.</summary>
    int XStride { get; }
}

/// <summary>The distances of elements along one axis.</summary>
public static class Stride1D
{
    /// <summary>Side by side.</summary>
    public readonly struct Dense : IStride1D
    {
        /// <summary>One element.</summary>
        public int XStride => 1;
    }
}
