using System.Text.RegularExpressions;

namespace GpuNet.Tests.Kernels;

/// <summary>What is inside the loops of a kernel's PTX: instructions from which control can come back to them.</summary>
internal static partial class PtxLoops
{
    /// <summary>The instructions inside loops that divide integers or take remainders.</summary>
    public static IReadOnlyList<string> Divisions(string code)
    {
        string[] lines = [.. code.Split('\n').Select(l => l.Trim())];
        var labels = new Dictionary<string, int>();
        for (int i = 0; i < lines.Length; i++)
        {
            if (Label().Match(lines[i]) is { Success: true } label)
                labels[label.Groups[1].Value] = i;
        }
        return [.. lines.Where((line, i) => Division().IsMatch(line) && ComesBack(lines, labels, i))];
    }

    private static bool ComesBack(string[] lines, Dictionary<string, int> labels, int start)
    {
        var seen = new HashSet<int>();
        var open = new Stack<int>([start + 1]);
        while (open.TryPop(out int i))
        {
            // What has been walked once is not walked again: at a label, where ways meet.
            for (; i < lines.Length && (!lines[i].EndsWith(':') || seen.Add(i)); i++)
            {
                if (i == start)
                    return true;
                if (Jump().Match(lines[i]) is { Success: true } jump)
                {
                    open.Push(labels[jump.Groups[1].Value]);
                    if (!lines[i].StartsWith('@'))
                        break;
                }
                if (lines[i].StartsWith("ret", StringComparison.Ordinal))
                    break;
            }
        }
        return false;
    }

    [GeneratedRegex(@"^(\w+):")]
    private static partial Regex Label();

    [GeneratedRegex(@"\bbra(?:\.uni)?\s+(\w+)")]
    private static partial Regex Jump();

    [GeneratedRegex(@"\b(?:div|rem)\.[su](?:32|64)\b")]
    private static partial Regex Division();
}
