namespace ILGPU.Runtime;

/// <summary>Elements of an accelerator's memory.</summary>
public interface IArrayView
{
    /// <summary>The number of elements.</summary>
    long Length { get; }

    /// <summary>The number of bytes.</summary>
    long LengthInBytes { get; }
}

/// <summary>Elements that lie side by side.</summary>
public interface IContiguousArrayView : IArrayView
{
    /// <summary>Sets every byte.</summary>
    internal void Fill(byte value);

    /// <summary>Copies all of another view to the start of this one.</summary>
    internal void CopyBytesFrom(IContiguousArrayView source);

    /// <summary>The elements as bytes.</summary>
    internal ArrayView<byte> Bytes { get; }
}

/// <summary>Elements that lie side by side.</summary>
/// <typeparam name="T">The element.</typeparam>
public interface IContiguousArrayView<T> : IContiguousArrayView where T : unmanaged
{
    /// <summary>The elements themselves.</summary>
    ArrayView<T> BaseView { get; }

    ArrayView<byte> IContiguousArrayView.Bytes => BaseView.Cast<byte>();

    void IContiguousArrayView.Fill(byte value) => BaseView.Fill(value);

    void IContiguousArrayView.CopyBytesFrom(IContiguousArrayView source) => BaseView.CopyFrom(source.Bytes);
}
