using System.Globalization;
using System.Text;
using Spectre.Console;

namespace GpuNet.Cli;

/// <summary>
/// Curves in a terminal, drawn with braille patterns: each character is a grid of two by four dots. Training is dotted and test solid,
/// so that they differ without colours too.
/// </summary>
internal sealed class TerminalChart
{
    private const int Columns = 48, Rows = 10;
    private const int DotsAcross = 2 * Columns, DotsDown = 4 * Rows;
    private const int LabelWidth = 6;
    private const string TrainColour = "deepskyblue1", TestColour = "orange1";

    // Unicode numbers the dots of a pattern down the left column, down the right one, and then the bottom row.
    private static readonly int[,] Bits = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };

    private readonly int[,] patterns = new int[Rows, Columns];
    private readonly string[,] colours = new string[Rows, Columns];

    /// <summary>Draws a run's loss and accuracy, one below the other, or side by side where there is room.</summary>
    public static void Write(Terminal terminal, IReadOnlyList<Epoch> epochs)
    {
        string[][] charts = [.. CurvePanel.Of(epochs).Select(panel => new TerminalChart().Draw(panel))];
        if (terminal.Console.Profile.Width >= 2 * (LabelWidth + Columns + 4))
            charts = [[.. charts[0].Zip(charts[1], (a, b) => $"{a}    {b}")]];
        foreach (string line in charts.SelectMany(c => c))
            terminal.Console.MarkupLine(line);
        terminal.Console.MarkupLine(
            $"{new string(' ', LabelWidth + 2)}[{TrainColour}]⠂⠂⠂ train[/]   [{TestColour}]⠒⠒⠒ test[/]");
    }

    private string[] Draw(CurvePanel panel)
    {
        Curve(panel, panel.Train, TrainColour, dotted: true);
        Curve(panel, panel.Test, TestColour, dotted: false);
        var lines = new List<string> { Pad($"{new string(' ', LabelWidth + 1)}{Markup.Escape(panel.Title)}") };
        for (int row = 0; row < Rows; row++)
        {
            double? mark = row == 0 ? panel.Top : row == Rows / 2 ? panel.Top / 2 : null;
            var line = new StringBuilder(
                mark?.ToString("G4", CultureInfo.InvariantCulture).PadLeft(LabelWidth) ?? new string(' ', LabelWidth));
            line.Append(mark is null ? " │" : " ┤");
            for (int column = 0; column < Columns; column++)
            {
                char pattern = (char)('\u2800' + patterns[row, column]);
                line.Append(colours[row, column] is { } colour ? $"[{colour}]{pattern}[/]" : " ");
            }
            lines.Add(line.ToString());
        }
        lines.Add($"{"0",LabelWidth} └{new string('─', Columns)}");
        string first = panel.FirstEpoch.ToString(CultureInfo.InvariantCulture), last =
            panel.LastEpoch.ToString(CultureInfo.InvariantCulture);
        string axis = panel.Train.Length > 1
            ? first + "epoch".PadLeft((Columns / 2) + 2 - first.Length) : $"epoch {first}".PadLeft((Columns / 2) + 4);
        lines.Add(Pad($"{new string(' ', LabelWidth + 2)}{(panel.Train.Length > 1 ? axis + last.PadLeft(Columns - axis.Length) : axis)}"));
        return [.. lines];
    }

    private void Curve(CurvePanel panel, double[] values, string colour, bool dotted)
    {
        (double X, double Y)? before = null;
        for (int i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i]))
                continue;
            (double X, double Y) point = (panel.Place(i) * (DotsAcross - 1), (1 - (values[i] / panel.Top)) * (DotsDown - 1));
            (double X, double Y) start = before ?? point;
            int length = Math.Max(1, (int)Math.Ceiling(Math.Max(Math.Abs(point.X - start.X), Math.Abs(point.Y - start.Y))));
            for (int s = 0; s <= length; s++)
            {
                double part = (double)s / length;
                int x = (int)Math.Round(start.X + (part * (point.X - start.X))), y =
                    (int)Math.Round(start.Y + (part * (point.Y - start.Y)));
                if (!dotted || x % 3 == 0 || values.Length == 1)
                    Dot(x, Math.Clamp(y, 0, DotsDown - 1), colour);
            }
            before = point;
        }
    }

    private void Dot(int x, int y, string colour)
    {
        patterns[y / 4, x / 2] |= Bits[y % 4, x % 2];
        colours[y / 4, x / 2] = colour;
    }

    private static string Pad(string line) => line.PadRight(LabelWidth + 2 + Columns);
}
