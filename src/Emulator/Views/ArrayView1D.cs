using System.Runtime.CompilerServices;
using GpuNet.Emulation;
using ILGPU.Runtime;

namespace ILGPU;

/// <summary>Elements of an accelerator's memory along one axis.</summary>
/// <typeparam name="T">The element.</typeparam>
/// <typeparam name="TStride">The distance of elements; only <see cref="Stride1D.Dense"/> here.</typeparam>
public readonly struct ArrayView1D<T, TStride> : IContiguousArrayView<T>, ICheckedArgument
    where T : unmanaged
    where TStride : struct, IStride1D
{
    private readonly ArrayView<T> baseView;

    internal ArrayView1D(ArrayView<T> baseView) => this.baseView = baseView;

    /// <summary>The elements themselves.</summary>
    public ArrayView<T> BaseView => baseView;

    /// <summary>The distance of elements.</summary>
    public TStride Stride => default;

    /// <summary>Whether the view has memory.</summary>
    public bool IsValid => baseView.IsValid;

    /// <summary>The number of elements.</summary>
    public long Length => baseView.Length;

    /// <summary>The number of elements in 32 bits.</summary>
    public int IntLength => baseView.IntLength;

    /// <summary>The number of bytes.</summary>
    public long LengthInBytes => baseView.LengthInBytes;

    /// <summary>The number of elements.</summary>
    public LongIndex1D Extent => baseView.Extent;

    /// <summary>The number of elements in 32 bits.</summary>
    public Index1D IntExtent => baseView.IntExtent;

    /// <summary>The element at an index.</summary>
    /// <exception cref="KernelFaultException">It lies outside the view, or a check of the checked mode fails.</exception>
    public T this[Index1D index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => baseView[index.X];
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        set => baseView[index.X] = value;
    }

    /// <summary>The element at an index.</summary>
    /// <exception cref="KernelFaultException">It lies outside the view, or a check of the checked mode fails.</exception>
    public T this[LongIndex1D index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => baseView[index.X];
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        set => baseView[index.X] = value;
    }

    /// <summary>A range of elements.</summary>
    /// <param name="index">The first element.</param>
    /// <param name="extent">The number of elements.</param>
    public ArrayView1D<T, TStride> SubView(LongIndex1D index, LongIndex1D extent) => new(baseView.SubView(index.X, extent.X));

    /// <summary>The same elements without an axis.</summary>
    public ArrayView<T> AsContiguous() => baseView;

    /// <summary>The same bytes as elements of another type; see <see cref="ArrayView{T}.Cast{TOther}"/>.</summary>
    /// <typeparam name="TOther">The other type.</typeparam>
    public ArrayView1D<TOther, TStride> Cast<TOther>() where TOther : unmanaged => new(baseView.Cast<TOther>());

    /// <inheritdoc />
    object ICheckedArgument.Named(string name) => new ArrayView1D<T, TStride>((ArrayView<T>)((ICheckedArgument)baseView).Named(name));

    /// <inheritdoc />
    public override string ToString() => baseView.ToString();
}
