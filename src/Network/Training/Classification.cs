using System.Numerics.Tensors;

namespace GpuNet;

/// <summary>What class scores say, computed on the host.</summary>
public static class Classification
{
    /// <summary>Images whose greatest score is that of their class.</summary>
    /// <param name="logits">Scores, [images, classes].</param>
    /// <param name="labels">Class of each image.</param>
    /// <param name="classes">Classes.</param>
    public static int CountCorrect(ReadOnlySpan<float> logits, ReadOnlySpan<int> labels, int classes)
    {
        int correct = 0;
        for (int i = 0; i < labels.Length; i++)
            correct += TensorPrimitives.IndexOfMax(logits.Slice(i * classes, classes)) == labels[i] ? 1 : 0;
        return correct;
    }

    /// <summary>Mean cross-entropy of scores against classes.</summary>
    /// <param name="logits">Scores, [images, classes].</param>
    /// <param name="labels">Class of each image.</param>
    /// <param name="classes">Classes.</param>
    public static double MeanCrossEntropy(ReadOnlySpan<float> logits, ReadOnlySpan<int> labels, int classes)
    {
        double sum = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            ReadOnlySpan<float> scores = logits.Slice(i * classes, classes);
            double max = TensorPrimitives.Max(scores), total = 0;
            foreach (float score in scores)
                total += Math.Exp(score - max);
            sum += max + Math.Log(total) - scores[labels[i]];
        }
        return sum / Math.Max(1, labels.Length);
    }

    /// <summary>Checks that every label is the index of a class.</summary>
    /// <param name="labels">Class of each image.</param>
    /// <param name="classes">Classes.</param>
    /// <exception cref="GpuNetException">A label is below 0, or not below <paramref name="classes"/>.</exception>
    public static void CheckLabels(ReadOnlySpan<int> labels, int classes)
    {
        for (int i = 0; i < labels.Length; i++)
        {
            if ((uint)labels[i] >= (uint)classes)
                throw new GpuNetException($"Label of image {i}: expected 0 to {classes - 1}, got {labels[i]}.");
        }
    }
}
