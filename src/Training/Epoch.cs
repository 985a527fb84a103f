namespace GpuNet;

/// <summary>One pass over the training data, and what came of it.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Loss">Mean loss over its training steps.</param>
/// <param name="Accuracy">
/// Share of its training positions that were right before the step that learnt from them; 0 where nothing is classified.
/// </param>
/// <param name="LearningRate">Rate of its last step.</param>
/// <param name="Seconds">Time its training steps took.</param>
/// <param name="SamplesPerSecond">Samples trained on a second.</param>
/// <param name="Test">How the network does on the test data; NaN if there are none.</param>
/// <param name="IsBest">Whether no epoch before had a better result, by accuracy or, where nothing is classified, by loss.</param>
/// <param name="Average">How the averaged weights do on it; null without averaging.</param>
public sealed record Epoch(
    int Number, double Loss, double Accuracy, float LearningRate, double Seconds, double SamplesPerSecond, TestResult Test, bool IsBest,
    TestResult? Average = null)
{
    /// <summary>The better of the two results on the test data; those of training where there are no test data.</summary>
    internal TestResult Better => double.IsNaN(Test.Accuracy) ? new TestResult(Loss, Accuracy, 0, 0) : AverageIsBetter ? Average! : Test;

    /// <summary>Whether the averaged weights do better than those of the last step.</summary>
    internal bool AverageIsBetter => Average is not null && Average.IsBetterThan(Test);
}

/// <summary>The numbers of an evaluation that a run remembers for every epoch.</summary>
/// <param name="Loss">Mean loss.</param>
/// <param name="Accuracy">Share of positions whose likeliest class is right; 0 where nothing is classified.</param>
/// <param name="Top5">Share of positions whose class is among the five likeliest.</param>
/// <param name="MeanIoU">Mean intersection by union.</param>
public sealed record TestResult(double Loss, double Accuracy, double Top5, double MeanIoU)
{
    /// <summary>What is known without test data.</summary>
    internal static TestResult None { get; } = new(double.NaN, double.NaN, double.NaN, double.NaN);

    internal static TestResult Of(Evaluation e) => new(e.Loss, e.Accuracy, e.Top5, e.MeanIoU);

    /// <summary>By accuracy, and among equals by loss; a loss that is not a number is worse than any.</summary>
    internal bool IsBetterThan(TestResult other) =>
        Accuracy > other.Accuracy
            || (Accuracy == other.Accuracy && (Loss < other.Loss || (double.IsNaN(other.Loss) && !double.IsNaN(Loss))));
}

/// <summary>Where an epoch is, after a training step.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Step">Steps of the epoch done.</param>
/// <param name="Steps">Steps it has.</param>
/// <param name="Loss">Mean loss of its samples so far.</param>
/// <param name="Accuracy">Share of their positions classified right.</param>
/// <param name="SamplesPerSecond">Samples trained on a second.</param>
/// <param name="SecondsLeft">Time the rest of the run will take.</param>
public sealed record StepProgress(
    int Epoch, int Step, int Steps, double Loss, double Accuracy, double SamplesPerSecond, double SecondsLeft);
