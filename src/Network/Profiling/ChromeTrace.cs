using System.Text.Json;

namespace GpuNet;

/// <summary>
/// Writes the calls a profiler has seen as a trace that chrome://tracing and https://ui.perfetto.dev show: a JSON array of complete
/// events ("Trace Event Format", times in microseconds).
/// </summary>
public static class ChromeTrace
{
    /// <summary>Writes the trace.</summary>
    public static void Write(Stream stream, Profiler profiler)
    {
        ArgumentNullException.ThrowIfNull(profiler);
        using var json = new Utf8JsonWriter(
            stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartArray();
        foreach (Profiler.ProfileEvent e in profiler.Events)
            Write(json, e);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, Profiler.ProfileEvent e)
    {
        json.WriteStartObject();
        json.WriteString("name", e.Node?.Name ?? e.Row.Name);
        json.WriteString("cat", e.Row.Pass.Length > 0 ? e.Row.Pass : "other");
        json.WriteString("ph", "X");
        json.WriteNumber("ts", Math.Round(e.Start, 3));
        json.WriteNumber("dur", Math.Round(e.Duration, 3));
        json.WriteNumber("pid", 1);
        json.WriteNumber("tid", 1);
        json.WriteStartObject("args");
        if (e.Node is { Operator: var op })
        {
            json.WriteString("operator", e.Row.Name);
            json.WriteString("candidate", e.Row.Candidate);
            json.WriteString("inputs", string.Join(" ", op.Inputs));
            json.WriteString("output", op.Output.ToString());
            json.WriteNumber("flops", e.Row.Flops);
            json.WriteNumber("bytes", e.Row.Bytes);
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
