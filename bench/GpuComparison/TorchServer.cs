using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace GpuNet.Bench.GpuComparison;

/// <summary>
/// PyTorch in one process for the whole comparison: what it has compiled stays, and a round costs no more than its measurements.
/// </summary>
internal sealed class TorchServer : IDisposable
{
    // The first answer for a compiled network takes as long as compiling it.
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromMinutes(4);

    private readonly Process? process;

    /// <summary>Starts it.</summary>
    /// <param name="python">Interpreter.</param>
    /// <param name="onCuda">Whether it uses the card, or else the processor.</param>
    public TorchServer(string python, bool onCuda)
    {
        var start = new ProcessStartInfo(
            python, [Path.Combine(AppContext.BaseDirectory, "peers", "torch_gpu_peer.py"), "--serve", "--device", onCuda ? "cuda" : "cpu"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        try
        {
            process = Process.Start(start)!;
            JsonElement hello = Answer();
            Missing = Error(hello);
            if (Missing is null)
            {
                Description = $"{hello.GetProperty("peer").GetString()} on {hello.GetProperty("card").GetString()}, "
                    + $"AMP in {hello.GetProperty("amp").GetString()}";
            }
        }
        catch (Win32Exception)
        {
            Missing = $"{python} cannot be started";
        }
    }

    /// <summary>Why it cannot be used, or can no longer; null if it can.</summary>
    public string? Missing { get; private set; }

    /// <summary>Version, card and type of mixed precision.</summary>
    public string Description { get; } = "";

    /// <summary>Median milliseconds of a work, or why there are none.</summary>
    public (double? Milliseconds, string Error) Measure(GpuWork work, string mode, int size, int runs, TimeSpan limit)
    {
        JsonElement answer = Ask(new
        {
            model = work.TorchName,
            batch = work.Batch,
            size,
            classes = 1000,
            train = work.Train,
            mode,
            runs,
            seconds = limit.TotalSeconds,
        });
        return Error(answer) is { } error
            ? (null, error) : (answer.GetProperty(work.Train ? "training_step_ms" : "inference_ms").GetDouble(), "");
    }

    /// <summary>Gives the memory of what was measured back.</summary>
    public void Forget() => Ask(new { forget = true });

    public void Dispose()
    {
        if (process is { HasExited: false })
            process.Kill(entireProcessTree: true);
        process?.Dispose();
    }

    private static string? Error(JsonElement answer) => answer.TryGetProperty("error", out JsonElement error) ? error.GetString() : null;

    private JsonElement Ask(object request)
    {
        if (Missing is not null)
            return Failed(Missing);
        try
        {
            process!.StandardInput.WriteLine(JsonSerializer.Serialize(request));
            process.StandardInput.Flush();
            return Answer();
        }
        catch (IOException)
        {
            return Failed("PyTorch's process has ended");
        }
    }

    private JsonElement Answer()
    {
        Task<string?> line = process!.StandardOutput.ReadLineAsync();
        try
        {
            if (line.Wait(AnswerTimeout))
                return line.Result is { } text ? JsonDocument.Parse(text).RootElement : Failed("PyTorch's process has ended");
        }
        catch (JsonException)
        {
            return Failed($"PyTorch's process printed something else than an answer: {line.Result}");
        }
        process.Kill(entireProcessTree: true);
        return Failed(string.Create(
            CultureInfo.InvariantCulture, $"PyTorch took more than {AnswerTimeout.TotalMinutes} minutes for an answer"));
    }

    // A process that failed once is not asked again.
    private JsonElement Failed(string why)
    {
        Missing = why;
        return JsonSerializer.SerializeToElement(new { error = why });
    }
}
