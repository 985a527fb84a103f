namespace ILGPU;

/// <summary>An index or extent of one to three dimensions.</summary>
public interface IIndex
{
    /// <summary>The number of elements that an extent of this value covers.</summary>
    long LongSize { get; }
}
