using ILGPU;
using ILGPU.Algorithms;

namespace GpuNet.Kernels;

internal static class SoftmaxCrossEntropyKernels
{
    // A thread owns a position: its loss and weight, its maximum and its log-sum, and walks the classes twice. Nothing is shared. Each
    // thread reads a row of its own; rows are short, so they stay in cache.
    public static void Forward(
        View x, View labels, View second, View shares, View maximum, View logSum, View losses, View weights, CrossEntropyGeometry g,
        int saves)
    {
        int i = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (i >= g.Positions)
            return;
        int row = i * g.Classes;
        float max = x[row];
        for (int k = 1; k < g.Classes; k++)
            max = MathF.Max(max, x[row + k]);
        float sum = 0f, distance = 0f;
        for (int k = 0; k < g.Classes; k++)
        {
            float below = x[row + k] - max;
            sum += XMath.Exp(below);
            distance += below;
        }
        CrossEntropyPosition.Write(x, labels, second, shares, maximum, logSum, losses, weights, i, max, sum, distance, g, saves);
    }

    // A thread owns dx[i,k]. Nothing is shared. Neighbouring threads are neighbouring classes, so loads are contiguous.
    public static void Backward(
        View x, View labels, View second, View shares, View maximum, View logSum, View divisor, View dy, View dx, CrossEntropyGeometry g,
        int add)
    {
        int at = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (at >= g.Positions * g.Classes)
            return;
        int i = at / g.Classes;
        int k = at - (i * g.Classes);
        float value = CrossEntropyPosition.Gradient(x[at], k, i, labels, second, shares, maximum, logSum, divisor, dy, g);
        dx[at] = add != 0 ? dx[at] + value : value;
    }
}

/// <summary>What a position's labels make of its logits.</summary>
internal static class CrossEntropyPosition
{
    /// <summary>Writes what a position gives: Σ exp(x − max) and Σ (x − max) over its classes are known.</summary>
    public static void Write(
        View x, View labels, View second, View shares, View maximum, View logSum, View losses, View weights, int i, float max, float sum,
        float distance, CrossEntropyGeometry g, int saves)
    {
        float log = XMath.Log(sum);
        if (saves != 0)
        {
            maximum[i] = max;
            logSum[i] = log;
        }
        // Classes that are masked by the least float, or by minus infinity, make the distance infinite, which 0 times would be no number.
        float even = g.Smoothing > 0f ? log - (g.Smoothing * (distance / g.Classes)) : log;
        float share = g.Mixed != 0 ? shares[i / g.Pixels] : 1f;
        int label = (int)Interop.FloatAsInt(labels[i]);
        float part = Part(label, share, g);
        float loss = Term(x, i, label, part, max, even, g);
        if (g.Mixed != 0)
        {
            int other = (int)Interop.FloatAsInt(second[i]);
            float rest = Part(other, 1f - share, g);
            loss += Term(x, i, other, rest, max, even, g);
            part += rest;
        }
        losses[i] = loss;
        weights[i] = part;
    }

    /// <summary>The gradient of one logit of class k at position i.</summary>
    public static float Gradient(
        float x, int k, int i, View labels, View second, View shares, View maximum, View logSum, View divisor, View dy,
        CrossEntropyGeometry g)
    {
        float share = g.Mixed != 0 ? shares[i / g.Pixels] : 1f;
        int label = (int)Interop.FloatAsInt(labels[i]);
        float weight = Part(label, share, g);
        float target = label == k ? weight : 0f;
        if (g.Mixed != 0)
        {
            int other = (int)Interop.FloatAsInt(second[i]);
            float rest = Part(other, 1f - share, g);
            target += other == k ? rest : 0f;
            weight += rest;
        }
        // Where all positions are ignored the divisor is 0, and dy/0·0 no number.
        if (weight == 0f)
            return 0f;
        float difference = weight * (XMath.Exp(x - maximum[i] - logSum[i]) - (g.Smoothing / g.Classes));
        return (difference - ((1f - g.Smoothing) * target)) * dy[0] / divisor[0];
    }

    // The share of a position that a label has: none if it is ignored.
    private static float Part(int label, float share, CrossEntropyGeometry g) => g.Ignores != 0 && label == g.Ignored ? 0f : share;

    // A label that is no class number must not become an address; NaN makes it seen.
    private static float Term(View x, int i, int label, float part, float max, float even, CrossEntropyGeometry g)
    {
        if (part == 0f)
            return 0f;
        float below = float.NaN;
        if (label >= 0 && label < g.Classes)
            below = x[(i * g.Classes) + label] - max;
        return part * (even - ((1f - g.Smoothing) * below));
    }
}

/// <summary>What the kernels of <see cref="SoftmaxCrossEntropy"/> need to know, by value.</summary>
internal readonly struct CrossEntropyGeometry
{
    /// <summary>Positions of all images, positions of one, and classes.</summary>
    public readonly int Positions, Pixels, Classes;

    /// <summary>Whether a label is ignored, and which; whether there are two labels.</summary>
    public readonly int Ignores, Ignored, Mixed;

    /// <summary>The share of the target that is spread over all classes.</summary>
    public readonly float Smoothing;

    /// <summary>Collects the extents.</summary>
    public CrossEntropyGeometry(SoftmaxCrossEntropy op)
    {
        (Positions, Pixels, Classes, Smoothing) = (op.Logits.Rows, op.Logits.Pixels, op.Logits.C, op.LabelSmoothing);
        (Ignores, Ignored, Mixed) = (op.IgnoreLabel is null ? 0 : 1, op.IgnoreLabel ?? 0, op.Mixed ? 1 : 0);
    }
}
