using System.Globalization;

namespace GpuNet.Bench.Comparison;

/// <summary>A network and what it is to do, for every program alike.</summary>
/// <param name="Model">Name in GpuNet's catalogue.</param>
/// <param name="TorchName">Name in torchvision.</param>
/// <param name="Size">Rows and columns of an image.</param>
/// <param name="Batch">Images of a run.</param>
/// <param name="Threads">Threads to run on.</param>
internal sealed record Work(string Model, string TorchName, int Size, int Batch, int Threads)
{
    // Enough for a median to stand on; a batch takes longer, and its runs differ less.
    private const int RunsOfOne = 101;
    private const int RunsOfBatch = 21;

    public float Width { get; init; } = 1;

    public int Classes { get; init; } = 1000;

    /// <summary>Whether training steps are timed as well.</summary>
    public bool Train { get; init; }

    public int Runs => Batch == 1 ? RunsOfOne : RunsOfBatch;

    /// <summary>The network in words.</summary>
    public string Network => (Model, Width) switch
    {
        ("mobilenetv2", _) => string.Create(CultureInfo.InvariantCulture, $"MobileNetV2 {Width:0.0##}, {Size}x{Size}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Model}{(Width == 1 ? "" : $" {Width:0.0##}")}, {Size}x{Size}"),
    };

    public string Conditions => $"batch {Batch}, {Threads} thread{(Threads == 1 ? "" : "s")}";

    /// <summary>Arguments both `gpunet bench` and torch_peer.py take.</summary>
    public IEnumerable<string> Arguments()
    {
        string[] common =
        [
            "--batch", Text(Batch), "--size", Text(Size), "--threads", Text(Threads), "--classes", Text(Classes), "--runs", Text(Runs),
            "--width", Width.ToString(CultureInfo.InvariantCulture),
        ];
        return Train ? [.. common, "--train"] : common;
    }

    public static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
