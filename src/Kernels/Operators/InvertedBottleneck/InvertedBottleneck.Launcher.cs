using System.Collections.Immutable;
using GpuNet.Kernels.Host;

namespace GpuNet.Kernels;

public sealed partial record InvertedBottleneck
{
    private const string Composed = "Composed";

    /// <inheritdoc/>
    public override ImmutableArray<Candidate> Candidates =>
    [
        Candidate.Kernels(Composed, device => new InvertedBottleneckComposed(device, this)),
        Candidate.Kernels("Fused", device => new InvertedBottleneckFused(device, this)) with
        {
            Needs = device => !ForInference && !device.Info.IsProcessor && SharedTile.RunsOn(device) && DepthwiseTile.Fits(Filter),
            Pays = PartsAreTiles,
        },
        Candidate.Host(device => ForInference
            ? Policies.Create<Launcher>(typeof(InvertedBottleneckTiles<>), [Lanes.Widest], device, this)
            : Policies.Create<Launcher>(typeof(InvertedBottleneckHost<,>), [Lanes.Widest, Activation.Policy()], device, this)),
    ];

    /// <summary>Whether a device does better with the block as one operator than with its parts one after the other.</summary>
    public bool GainsOn(Device device) => Choose(device).Name != Composed;

    // It pays where the parts run by the same tiles: not on matrix units, nor where a product has to be split.
    private bool PartsAreTiles(Device device) =>
        Filter.ChooseByRule(device).Name == "RowTile" && Project.ChooseByRule(device).Name == "SharedTile"
        && (!Expands || Expand.ChooseByRule(device).Name == "SharedTile");
}
