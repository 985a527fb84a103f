using System.Collections.Immutable;
using System.Runtime.Intrinsics;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

public sealed partial record InvertedBottleneck
{
    /// <inheritdoc/>
    public override ImmutableArray<Candidate> Candidates =>
    [
        Candidate.Kernels("Composed", device => new InvertedBottleneckComposed(device, this)),
        Candidate.Host(device => ForInference ? Tiles(device) : Activation.Bind(new HostBinder(device, this))),
    ];

    private Launcher Tiles(Device device) =>
        Vector512.IsHardwareAccelerated ? new InvertedBottleneckTiles<Lanes512>(device, this)
        : Vector256.IsHardwareAccelerated ? new InvertedBottleneckTiles<Lanes256>(device, this)
        : new InvertedBottleneckTiles<Lanes128>(device, this);

    private sealed class HostBinder(Device device, InvertedBottleneck op) : IActivationBinder<Launcher>
    {
        public Launcher Bind<TActivation>()
            where TActivation : unmanaged, IActivation =>
            Vector512.IsHardwareAccelerated ? new InvertedBottleneckHost<Lanes512, TActivation>(device, op)
            : Vector256.IsHardwareAccelerated ? new InvertedBottleneckHost<Lanes256, TActivation>(device, op)
            : new InvertedBottleneckHost<Lanes128, TActivation>(device, op);
    }
}
