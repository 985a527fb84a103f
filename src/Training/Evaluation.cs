using System.Numerics.Tensors;

namespace GpuNet;

/// <summary>
/// What a network made of a data set. Of classifiers also how often it was right: a position is an image, or a pixel where the scores are a
/// map. Shares run from 0 to 1.
/// </summary>
public sealed class Evaluation
{
    // Beyond this many classes the table of who was taken for whom is too large to keep.
    private const int LargestTable = 1024;
    private const int Top = 5;

    private readonly long[] actual, predicted, right;
    private readonly long[]? table;
    private double lossSum;
    private long samples, positions, correct, nearlyCorrect;

    /// <param name="classes">Classes told apart; 0 where nothing is classified.</param>
    internal Evaluation(ClassNames? classes)
    {
        int count = classes?.Count ?? 0;
        Classes = classes ?? new ClassNames([]);
        (actual, predicted, right) = (new long[count], new long[count], new long[count]);
        table = count <= LargestTable ? new long[count * count] : null;
    }

    /// <summary>The classes; none where nothing is classified.</summary>
    public ClassNames Classes { get; }

    /// <summary>Samples of the set.</summary>
    public long Samples => samples;

    /// <summary>Mean loss of the samples.</summary>
    public double Loss => lossSum / Math.Max(1, samples);

    /// <summary>Share of positions whose likeliest class is right (top-1).</summary>
    public double Accuracy => (double)correct / Math.Max(1, positions);

    /// <summary>Share of positions whose class is among the five likeliest (top-5); 1 if there are no more than five.</summary>
    public double Top5 => (double)nearlyCorrect / Math.Max(1, positions);

    /// <summary>
    /// Mean over the classes of intersection by union (Jaccard 1901), the usual measure of segmentation: those that were there or were
    /// seen, right among them. Classes that are neither do not count.
    /// </summary>
    public double MeanIoU => Mean(c => actual[c] + predicted[c] - right[c], c => right[c]);

    /// <summary>Positions of a class.</summary>
    public long Count(int c) => actual[c];

    /// <summary>Positions of a class that were classified right.</summary>
    public long Correct(int c) => right[c];

    /// <summary>Share of the positions taken for a class that are of it; NaN if none was.</summary>
    public double Precision(int c) => predicted[c] > 0 ? (double)right[c] / predicted[c] : double.NaN;

    /// <summary>Share of the positions of a class that were taken for it; NaN if there are none.</summary>
    public double Recall(int c) => actual[c] > 0 ? (double)right[c] / actual[c] : double.NaN;

    /// <summary>How many positions of one class were taken for another (confusion matrix).</summary>
    /// <param name="of">Class they are of.</param>
    /// <param name="takenFor">Class that was likeliest.</param>
    /// <exception cref="GpuNetException">There are more than 1,024 classes; the table is not kept then.</exception>
    public long Confusion(int of, int takenFor) => table is not null
        ? table[(of * Classes.Count) + takenFor]
        : throw new GpuNetException($"The confusion matrix is kept for up to {LargestTable} classes; there are {Classes.Count}.");

    /// <summary>Adds the loss of some samples.</summary>
    internal void AddLoss(double mean, int count)
    {
        lossSum += mean * count;
        samples += count;
    }

    /// <summary>Adds class scores of positions. Positions of a label to ignore do not count.</summary>
    /// <param name="scores">Scores, [positions, classes].</param>
    /// <param name="labels">Class of each position.</param>
    /// <param name="ignore">A label that does not count.</param>
    /// <returns>Positions that counted, and those that were right.</returns>
    internal (int Counted, int Correct) AddScores(ReadOnlySpan<float> scores, ReadOnlySpan<int> labels, int? ignore = null)
    {
        int classes = Classes.Count, counted = 0, hits = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            int label = labels[i];
            if (label == ignore)
                continue;
            ReadOnlySpan<float> of = scores.Slice(i * classes, classes);
            int best = TensorPrimitives.IndexOfMax(of);
            counted++;
            actual[label]++;
            predicted[best]++;
            if (table is not null)
                table[(label * classes) + best]++;
            if (best == label)
            {
                right[label]++;
                hits++;
            }
            if (Above(of, of[label]) < Top)
                nearlyCorrect++;
        }
        positions += counted;
        correct += hits;
        return (counted, hits);
    }

    private static int Above(ReadOnlySpan<float> scores, float score)
    {
        int above = 0;
        foreach (float other in scores)
            above += other > score ? 1 : 0;
        return above;
    }

    private double Mean(Func<int, long> whole, Func<int, long> part)
    {
        double sum = 0;
        int counted = 0;
        for (int c = 0; c < Classes.Count; c++)
        {
            if (whole(c) == 0)
                continue;
            sum += (double)part(c) / whole(c);
            counted++;
        }
        return counted > 0 ? sum / counted : 0;
    }
}
