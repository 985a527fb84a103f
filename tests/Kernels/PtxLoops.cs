using System.Text.RegularExpressions;

namespace GpuNet.Tests.Kernels;

/// <summary>What is inside the loops of a kernel's PTX: whatever lies between a label and a later jump back to it.</summary>
internal static partial class PtxLoops
{
    /// <summary>The instructions inside loops that divide integers or take remainders.</summary>
    public static IReadOnlyList<string> Divisions(string code)
    {
        string[] lines = [.. code.Split('\n').Select(l => l.Trim())];
        var labels = new Dictionary<string, int>();
        var inLoop = new bool[lines.Length];
        for (int i = 0; i < lines.Length; i++)
        {
            if (Label().Match(lines[i]) is { Success: true } label)
                labels[label.Groups[1].Value] = i;
            if (Jump().Match(lines[i]) is { Success: true } jump && labels.TryGetValue(jump.Groups[1].Value, out int start))
                Array.Fill(inLoop, true, start, i - start);
        }
        return [.. lines.Where((line, i) => inLoop[i] && Division().IsMatch(line))];
    }

    [GeneratedRegex(@"^(\w+):")]
    private static partial Regex Label();

    [GeneratedRegex(@"\bbra(?:\.uni)?\s+(\w+)")]
    private static partial Regex Jump();

    [GeneratedRegex(@"\b(?:div|rem)\.[su](?:32|64)\b")]
    private static partial Regex Division();
}
