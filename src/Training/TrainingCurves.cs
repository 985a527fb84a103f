using System.Globalization;
using System.Security;
using System.Text;

namespace GpuNet;

/// <summary>The file <c>training.svg</c>: loss and accuracy over the epochs, side by side.</summary>
internal static class TrainingCurves
{
    public const string FileName = "training.svg";

    private const int Width = 920, Height = 380;
    private const int PlotWidth = 360, PlotHeight = 240, Top = 70;
    private const string TrainColour = "#1f6fb4", TestColour = "#d1620f";

    public static string Svg(string title, IReadOnlyList<Epoch> epochs)
    {
        var svg = new StringBuilder();
        svg.AppendLine(CultureInfo.InvariantCulture,
            $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" width="{Width}" height="{Height}" """
            + $"""font-family="system-ui, sans-serif" font-size="13" fill="#222">""");
        svg.AppendLine("""<rect width="100%" height="100%" fill="#fff"/>""");
        svg.AppendLine(CultureInfo.InvariantCulture,
            $"""<text x="{Width / 2}" y="28" text-anchor="middle" font-size="16">{SecurityElement.Escape(title)}</text>""");
        int left = 70;
        foreach (CurvePanel panel in CurvePanel.Of(epochs))
        {
            svg.AppendLine(CultureInfo.InvariantCulture, $"""<g transform="translate({left} {Top})">""");
            Axes(svg, panel);
            Curve(svg, panel, panel.Train, TrainColour, "5 4");
            Curve(svg, panel, panel.Test, TestColour, "none");
            svg.AppendLine("</g>");
            left += PlotWidth + 90;
        }
        Legend(svg);
        svg.AppendLine("</svg>");
        return svg.ToString();
    }

    private static void Axes(StringBuilder svg, CurvePanel panel)
    {
        svg.AppendLine(CultureInfo.InvariantCulture, $"""<text x="0" y="-14" font-weight="600">{panel.Title}</text>""");
        int marks = (int)Math.Round(panel.Top / panel.Step);
        for (int i = 0; i <= marks; i++)
        {
            double y = PlotHeight * (1 - ((double)i / marks));
            svg.AppendLine(CultureInfo.InvariantCulture, $"""<line x1="0" y1="{y:F1}" x2="{PlotWidth}" y2="{y:F1}" stroke="#ddd"/>""");
            svg.AppendLine(CultureInfo.InvariantCulture, $"""<text x="-8" y="{y + 4:F1}" text-anchor="end">{panel.Step * i:G4}</text>""");
        }
        svg.AppendLine(CultureInfo.InvariantCulture, $"""<path d="M0 0V{PlotHeight}H{PlotWidth}" fill="none" stroke="#444"/>""");
        int step = Math.Max(1, (int)CurvePanel.RoundStep(panel.Train.Length / 8.0));
        for (int i = 0; i < panel.Train.Length; i++)
        {
            int epoch = panel.FirstEpoch + i;
            if (epoch % step != 0 && panel.Train.Length > 1)
                continue;
            double x = PlotWidth * panel.Place(i);
            svg.AppendLine(CultureInfo.InvariantCulture, $"""<path d="M{x:F1} {PlotHeight}v5" stroke="#444"/>""");
            svg.AppendLine(CultureInfo.InvariantCulture,
                $"""<text x="{x:F1}" y="{PlotHeight + 20}" text-anchor="middle">{epoch}</text>""");
        }
        svg.AppendLine(CultureInfo.InvariantCulture,
            $"""<text x="{PlotWidth / 2}" y="{PlotHeight + 42}" text-anchor="middle">epoch</text>""");
    }

    private static void Curve(StringBuilder svg, CurvePanel panel, double[] values, string colour, string dashes)
    {
        var points = new StringBuilder();
        for (int i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i]))
                continue;
            double x = PlotWidth * panel.Place(i), y = PlotHeight * (1 - (values[i] / panel.Top));
            points.Append(CultureInfo.InvariantCulture, $"{x:F1},{y:F1} ");
            svg.AppendLine(CultureInfo.InvariantCulture, $"""<circle cx="{x:F1}" cy="{y:F1}" r="2.5" fill="{colour}"/>""");
        }
        svg.AppendLine(CultureInfo.InvariantCulture,
            $"""<polyline points="{points.ToString().TrimEnd()}" fill="none" stroke="{colour}" """
                + $"""stroke-width="2" stroke-dasharray="{dashes}"/>""");
    }

    private static void Legend(StringBuilder svg)
    {
        (string Name, string Colour, string Dashes)[] entries = [("train", TrainColour, "5 4"), ("test", TestColour, "none")];
        int x = Width - 210;
        foreach ((string name, string colour, string dashes) in entries)
        {
            svg.AppendLine(CultureInfo.InvariantCulture,
                $"""<line x1="{x}" y1="{Top - 18}" x2="{x + 28}" y2="{Top - 18}" """
                + $"""stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"/>""");
            svg.AppendLine(CultureInfo.InvariantCulture, $"""<text x="{x + 34}" y="{Top - 14}">{name}</text>""");
            x += 95;
        }
    }
}

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
    public static CurvePanel[] Of(IReadOnlyList<Epoch> epochs)
    {
        double[] trainLoss = [.. epochs.Select(e => e.Loss)], testLoss = [.. epochs.Select(e => e.Test.Loss)];
        double[] trainAccuracy = [.. epochs.Select(e => 100 * e.Accuracy)], testAccuracy = [.. epochs.Select(e => 100 * e.Test.Accuracy)];
        double highest = trainLoss.Concat(testLoss).Where(double.IsFinite).DefaultIfEmpty(1).Max();
        double step = RoundStep(highest / 4);
        return
        [
            new CurvePanel("loss", trainLoss, testLoss, step * Math.Max(1, Math.Ceiling(highest / step)), step, epochs[0].Number),
            new CurvePanel("accuracy, %", trainAccuracy, testAccuracy, 100, 25, epochs[0].Number),
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
