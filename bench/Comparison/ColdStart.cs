namespace GpuNet.Bench.Comparison;

/// <summary>
/// The time of <c>gpunet predict</c> from the start of its process to its end: one picture, MobileNetV2 1.0 at 224x224 with 1000
/// classes, untrained. The files are in the system's cache; the process starts from nothing.
/// </summary>
internal sealed class ColdStart(string folder)
{
    private const int RunsOfRound = 3;

    private readonly string checkpoint = Path.Combine(folder, "checkpoint");
    private readonly string picture = Path.Combine(folder, "picture.png");

    /// <summary>Seconds of each round's median run.</summary>
    public List<double> Rounds { get; } = [];

    /// <summary>Writes the checkpoint and the picture.</summary>
    public void Prepare()
    {
        using Device device = Device.Open("cpu");
        using Model model = Models.MobileNetV2().On(device);
        model.Save(checkpoint);
        var image = new Image(model.Spec.ImageHeight, model.Spec.ImageWidth);
        new Random(1).NextBytes(image.Pixels);
        image.Save(picture);
    }

    /// <summary>Adds a round.</summary>
    public void Measure()
    {
        double Once()
        {
            ProgramRun run = ProgramRun.Of(GpuNetPeer.Command, ["predict", checkpoint, picture, "--device", "cpu"]);
            return run.Succeeded ? run.Seconds : throw new GpuNetException(run.Error);
        }

        Rounds.Add(Row.Median([.. Enumerable.Range(0, RunsOfRound).Select(_ => Once())]));
    }
}
