using System.Globalization;
using System.Security;
using System.Text;

namespace GpuNet.Cli;

/// <summary>The file <c>training.svg</c>: loss and accuracy over the epochs, side by side.</summary>
internal static class TrainingCurves
{
    public const string FileName = "training.svg";

    private const int Width = 920, Height = 380;
    private const int PlotWidth = 360, PlotHeight = 240, Top = 70;
    private const string TrainColour = "#1f6fb4", TestColour = "#d1620f";

    public static string Svg(RunMetrics metrics)
    {
        var svg = new StringBuilder();
        svg.AppendLine(CultureInfo.InvariantCulture,
            $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" width="{Width}" height="{Height}" font-family="system-ui, sans-serif" font-size="13" fill="#222">""");
        svg.AppendLine("""<rect width="100%" height="100%" fill="#fff"/>""");
        string title = SecurityElement.Escape(string.Create(CultureInfo.InvariantCulture,
            $"{metrics.Model}, width {metrics.Width}, on {metrics.Data.Split(':')[0]}: test accuracy {Quantities.Percent(metrics.TestAccuracy ?? 0)}"));
        svg.AppendLine(CultureInfo.InvariantCulture, $"""<text x="{Width / 2}" y="28" text-anchor="middle" font-size="16">{title}</text>""");
        int left = 70;
        foreach (CurvePanel panel in CurvePanel.Of(metrics))
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
            svg.AppendLine(CultureInfo.InvariantCulture, $"""<text x="{x:F1}" y="{PlotHeight + 20}" text-anchor="middle">{epoch}</text>""");
        }
        svg.AppendLine(CultureInfo.InvariantCulture, $"""<text x="{PlotWidth / 2}" y="{PlotHeight + 42}" text-anchor="middle">epoch</text>""");
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
            $"""<polyline points="{points.ToString().TrimEnd()}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"/>""");
    }

    private static void Legend(StringBuilder svg)
    {
        (string Name, string Colour, string Dashes)[] entries = [("train", TrainColour, "5 4"), ("test", TestColour, "none")];
        int x = Width - 210;
        foreach ((string name, string colour, string dashes) in entries)
        {
            svg.AppendLine(CultureInfo.InvariantCulture,
                $"""<line x1="{x}" y1="{Top - 18}" x2="{x + 28}" y2="{Top - 18}" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"/>""");
            svg.AppendLine(CultureInfo.InvariantCulture, $"""<text x="{x + 34}" y="{Top - 14}">{name}</text>""");
            x += 95;
        }
    }
}
