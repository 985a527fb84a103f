namespace GpuNet.Cli;

/// <summary>One diagram: two curves over the epochs, from zero up to a round number.</summary>
/// <param name="Title">What is drawn, with its unit.</param>
/// <param name="Train">Values on the training images, one an epoch.</param>
/// <param name="Test">Values on the test images, one an epoch.</param>
/// <param name="Top">End of the vertical axis.</param>
/// <param name="Step">Distance of its marks.</param>
/// <param name="FirstEpoch">Number of the first epoch.</param>
internal sealed record CurvePanel(string Title, double[] Train, double[] Test, double Top, double Step, int FirstEpoch)
{
    /// <summary>Number of the last epoch.</summary>
    public int LastEpoch => FirstEpoch + Train.Length - 1;

    /// <summary>Where an epoch lies on the horizontal axis, from 0 to 1; a single one lies in the middle.</summary>
    public double Place(int index) => Train.Length > 1 ? (double)index / (Train.Length - 1) : 0.5;

    /// <summary>Loss and accuracy of a run.</summary>
    public static CurvePanel[] Of(RunMetrics metrics)
    {
        List<EpochMetrics> epochs = metrics.Epochs;
        double[] trainLoss = [.. epochs.Select(e => e.TrainLoss)], testLoss = [.. epochs.Select(e => e.TestLoss)];
        double[] trainAccuracy = [.. epochs.Select(e => 100 * e.TrainAccuracy)], testAccuracy = [.. epochs.Select(e => 100 * e.TestAccuracy)];
        double highest = trainLoss.Concat(testLoss).Where(double.IsFinite).DefaultIfEmpty(1).Max();
        double step = RoundStep(highest / 4);
        return
        [
            new CurvePanel("loss", trainLoss, testLoss, step * Math.Max(1, Math.Ceiling(highest / step)), step, epochs[0].Epoch),
            new CurvePanel("accuracy, %", trainAccuracy, testAccuracy, 100, 25, epochs[0].Epoch),
        ];
    }

    /// <summary>1, 2 or 5 times a power of ten: the smallest that is not below a distance.</summary>
    public static double RoundStep(double distance)
    {
        if (!(distance > 1e-9))
            return 1e-9;
        double power = Math.Pow(10, Math.Floor(Math.Log10(distance)));
        double factor = distance / power * (1 - 1e-9);
        return power * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10);
    }
}
