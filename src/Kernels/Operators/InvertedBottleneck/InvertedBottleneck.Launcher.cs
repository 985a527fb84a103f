using System.Collections.Immutable;
using System.Runtime.Intrinsics;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

public sealed partial record InvertedBottleneck
{
    private const string Apart = "Composed";

    /// <inheritdoc/>
    public override ImmutableArray<Candidate> Candidates =>
    [
        Candidate.Kernels(Apart, device => new InvertedBottleneckComposed(device, this)),
        Candidate.Kernels("Fused", device => Activation.Bind(new FusedBinder(device, this))) with
        {
            Needs = device => !ForInference && !device.Info.IsProcessor && SharedProduct.Fits(device) && DepthwiseTile.Fits(Filter),
            Pays = PartsAreTiles,
        },
        Candidate.Host(device => ForInference ? Tiles(device) : Activation.Bind(new HostBinder(device, this))),
    ];

    /// <summary>Whether a device does better with the block as one operator than with its parts one after the other.</summary>
    public bool GainsOn(Device device) => Choose(device).Name != Apart;

    // It pays where the parts run by the same tiles: not on matrix units, nor where a product has to be split.
    private bool PartsAreTiles(Device device) =>
        Filter.ChooseByRule(device).Name == "RowTile" && Project.ChooseByRule(device).Name == "SharedTile"
        && (!Expands || Expand.ChooseByRule(device).Name == "SharedTile");

    private Launcher Tiles(Device device) =>
        Vector512.IsHardwareAccelerated ? new InvertedBottleneckTiles<Lanes512>(device, this)
        : Vector256.IsHardwareAccelerated ? new InvertedBottleneckTiles<Lanes256>(device, this)
        : new InvertedBottleneckTiles<Lanes128>(device, this);

    private sealed class FusedBinder(Device device, InvertedBottleneck op) : IActivationBinder<Launcher>
    {
        public Launcher Bind<TActivation>()
            where TActivation : unmanaged, IActivation => new InvertedBottleneckFused<TActivation>(device, op);
    }

    private sealed class HostBinder(Device device, InvertedBottleneck op) : IActivationBinder<Launcher>
    {
        public Launcher Bind<TActivation>()
            where TActivation : unmanaged, IActivation =>
            Vector512.IsHardwareAccelerated ? new InvertedBottleneckHost<Lanes512, TActivation>(device, op)
            : Vector256.IsHardwareAccelerated ? new InvertedBottleneckHost<Lanes256, TActivation>(device, op)
            : new InvertedBottleneckHost<Lanes128, TActivation>(device, op);
    }
}
