using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace GpuNet.Cli;

/// <summary>
/// Where a command writes: results to one writer, errors to another. Only an interactive terminal gets colours and lines that change;
/// everything else gets plain text.
/// </summary>
internal sealed class Terminal
{
    /// <summary>Names as in the files other tools read: snake case; numbers JSON has no word for become strings.</summary>
    public static readonly JsonSerializerOptions JsonOptions = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    // Wide enough for every table: there is no window to fit.
    private const int PlainWidth = 160;

    // What the widest table needs, apart from those of operators.
    private const int TableWidth = 120;

    /// <summary>What a table needs whose first column is operators as they describe themselves.</summary>
    public const int OperatorTableWidth = 240;

    public Terminal(TextWriter output, TextWriter error, bool interactive, CancellationToken stop)
    {
        Output = output;
        Error = error;
        Interactive = interactive;
        Stop = stop;
        Console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = interactive ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = interactive ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = interactive ? InteractionSupport.Yes : InteractionSupport.No,
        });
        if (!interactive)
            Console.Profile.Width = PlainWidth;
    }

    public TextWriter Output { get; }

    public TextWriter Error { get; }

    public bool Interactive { get; }

    /// <summary>Asks a long command to end, beside the signals it listens to itself.</summary>
    public CancellationToken Stop { get; }

    public IAnsiConsole Console { get; }

    public void Line(string text) => Output.WriteLine(text);

    public void Json<T>(T value) => Output.WriteLine(JsonSerializer.Serialize(value, JsonOptions));

    /// <summary>Writes an error as one line, whatever line breaks its message has.</summary>
    public void Failure(string message) =>
        Error.WriteLine($"gpunet: {Quantities.OneLine(message)}");

    /// <summary>Writes a table. A terminal too narrow for it wraps its lines; columns would lose their content.</summary>
    /// <param name="table">The table.</param>
    /// <param name="most">What it may need.</param>
    public void Write(Table table, int most = TableWidth)
    {
        int width = Console.Profile.Width;
        Console.Profile.Width = Math.Max(width, most);
        Console.Write(table);
        Console.Profile.Width = width;
    }

    /// <summary>A table without lines between its rows; numbers are in the columns that are aligned to the right.</summary>
    public static Table NewTable(params (string Title, bool Number)[] columns)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach ((string title, bool number) in columns)
            table.AddColumn(new TableColumn(Markup.Escape(title)) { Alignment = number ? Justify.Right : Justify.Left, NoWrap = true });
        return table;
    }
}

/// <summary>Quantities as people read them.</summary>
internal static class Quantities
{
    /// <summary>A share as percent, always of the same width up to 100 %.</summary>
    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share,6:F2} %").TrimStart();

    /// <summary>A number of things.</summary>
    public static string Count(int count, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    /// <summary>A message without its line breaks.</summary>
    public static string OneLine(string message) =>
        string.Join(' ', message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    /// <summary>A number of epochs.</summary>
    public static string Epochs(int count) => Count(count, "epoch");

    /// <summary>A duration in the two units that matter.</summary>
    public static string Duration(double seconds)
    {
        TimeSpan time = TimeSpan.FromSeconds(Math.Clamp(double.IsFinite(seconds) ? seconds : 0, 0, 1e9));
        return time.TotalHours >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes:D2} min")
            : time.TotalMinutes >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds:D2} s")
            : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:F1} s");
    }
}
