using NUnit.Framework;

namespace GpuNet.Tests.Library;

[TestFixture]
internal sealed class EvaluationTests
{
    [Test]
    public void Counts_are_those_of_a_table_by_hand()
    {
        // Labels 0 0 1 2 2 and one that does not count; seen as 0 1 1 0 2.
        var evaluation = new Evaluation(new[] { "a", "b", "c", "d", "e", "f", "g" });
        float[] Row(params int[] order)
        {
            var row = new float[7];
            for (int i = 0; i < order.Length; i++)
                row[order[i]] = 10 - i;
            return row;
        }
        float[] scores = [.. Row(0), .. Row(1, 3, 4, 5, 0), .. Row(1), .. Row(0, 1, 3, 4, 5, 2), .. Row(2), .. Row(6)];
        (int counted, int correct) = evaluation.AddScores(scores, [0, 0, 1, 2, 2, 255], ignore: 255);
        evaluation.AddLoss(2, 3);
        evaluation.AddLoss(4, 1);
        Assert.That((counted, correct), Is.EqualTo((5, 3)));
        Assert.That(evaluation.Accuracy, Is.EqualTo(3 / 5.0));
        Assert.That(evaluation.Top5, Is.EqualTo(4 / 5.0), "the fourth is the sixth likeliest");
        Assert.That(evaluation.Loss, Is.EqualTo(2.5));
        Assert.That(evaluation.Precision(0), Is.EqualTo(0.5));
        Assert.That(evaluation.Recall(0), Is.EqualTo(0.5));
        Assert.That(evaluation.Precision(2), Is.EqualTo(1));
        Assert.That(double.IsNaN(evaluation.Recall(6)));
        Assert.That(evaluation.Confusion(2, 0), Is.EqualTo(1));
        Assert.That(evaluation.Confusion(0, 2), Is.Zero);
        // a: 1 of {0, 0, seen 0}, b: 1 of 2, c: 1 of 2.
        Assert.That(evaluation.MeanIoU, Is.EqualTo((1 / 3.0 + 0.5 + 0.5) / 3).Within(1e-12));
    }
}
