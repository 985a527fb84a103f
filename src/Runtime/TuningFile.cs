using System.Diagnostics;
using System.Text.Json;

namespace GpuNet;

/// <summary>
/// One device's measured choices in the file that remembers them, which all processes of a user share. It is read once, when first
/// asked; what is remembered is merged with what others have written meanwhile, and takes the file's place as a whole. A file that
/// cannot be read, or is none of these, counts as empty and is left alone.
/// </summary>
/// <param name="path">The file; it need not be there.</param>
/// <param name="device">The device's key, see <see cref="Device.TuningKey"/>.</param>
internal sealed class TuningFile(string path, string device)
{
    /// <summary>The environment variable that names another file than the one in the user's cache folder.</summary>
    public const string PathVariable = "GPUNET_TUNING";

    private const int Format = 1;
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(5);

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        // Names of operators as they are: > is no danger in a file.
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    private readonly Lock mutex = new();
    private Dictionary<string, TunedChoice>? choices;
    private string note = "";

    /// <summary>Where choices are remembered unless told otherwise: <see cref="PathVariable"/>, or else the user's cache folder.</summary>
    public static string DefaultPath
    {
        get
        {
            if (Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } named)
                return System.IO.Path.GetFullPath(named);
            return System.IO.Path.Combine(CacheFolder(), "gpunet", "tuning.json");
        }
    }

    /// <summary>The file.</summary>
    public string Path => path;

    /// <summary>Why the file is ignored, in one line; empty if it is not.</summary>
    public string Note
    {
        get
        {
            _ = Count;
            return note;
        }
    }

    /// <summary>Choices for the device.</summary>
    public int Count
    {
        get
        {
            lock (mutex)
                return Choices().Count;
        }
    }

    /// <summary>Choices for the device that were measured with a version of the code.</summary>
    public int CountOf(string build)
    {
        lock (mutex)
            return Choices().Values.Count(c => c.Build == build);
    }

    /// <summary>The choice for an operator; null if none is remembered.</summary>
    public TunedChoice? Find(string key)
    {
        lock (mutex)
            return Choices().GetValueOrDefault(key);
    }

    /// <summary>Remembers a choice, here and in the file.</summary>
    /// <exception cref="GpuNetException">
    /// The file cannot be written, or holds something else; the choice then holds for this device alone.
    /// </exception>
    public void Remember(string key, TunedChoice choice)
    {
        lock (mutex)
        {
            Choices()[key] = choice;
            try
            {
                Merge(key, choice);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new GpuNetException($"{path}: the tuned choice cannot be remembered: {e.Message}", e);
            }
        }
    }

    private Dictionary<string, TunedChoice> Choices()
    {
        if (choices is null)
        {
            (Content content, note) = Read();
            choices = content.Devices.GetValueOrDefault(device) ?? [];
        }
        return choices;
    }

    private void Merge(string key, TunedChoice choice)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
        using FileStream? locked = LockFile();
        (Content content, string obstacle) = Read();
        // It may be somebody's work, named by mistake.
        if (obstacle.Length > 0)
            throw new GpuNetException($"{obstacle} Remove it, or name another by {PathVariable}.");
        if (!content.Devices.TryGetValue(device, out Dictionary<string, TunedChoice>? known))
            content.Devices[device] = known = [];
        known[key] = choice;
        AtomicFile.Write(path, file => JsonSerializer.Serialize(file, content, Json));
    }

    // Keeps other processes from writing until disposed. Its file stays: removing it would let two of them hold a lock at a time. Who
    // waits in vain goes on without, which at worst loses a choice.
    private FileStream? LockFile()
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                if (Stopwatch.GetElapsedTime(start) > LockTimeout)
                    return null;
                Thread.Sleep(5);
            }
        }
    }

    private (Content Content, string Note) Read()
    {
        var empty = new Content(Format, []);
        try
        {
            if (!File.Exists(path))
                return (empty, "");
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Content? content = JsonSerializer.Deserialize<Content>(file, Json);
            if (content is null || content.Devices.Values.Any(c => c is null || c.Values.Any(v => v is null)))
                return (empty, $"{path} is ignored: it is not a file of tuned choices.");
            return content.GpunetTuning == Format ? (content, "")
                : (empty, $"{path} is ignored: it is of format {content.GpunetTuning}, and this version reads format {Format}.");
        }
        catch (JsonException e)
        {
            string place = e.LineNumber is { } line ? $" (line {line + 1})" : "";
            return (empty, $"{path} is ignored: it is not a file of tuned choices{place}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (empty, $"{path} is ignored: {e.Message}");
        }
    }

    private static string CacheFolder()
    {
        if (OperatingSystem.IsWindows())
            return Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        // The specification has relative paths ignored.
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { } cache && System.IO.Path.IsPathRooted(cache))
            return cache;
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return home.Length > 0 ? System.IO.Path.Combine(home, ".cache") : System.IO.Path.GetTempPath();
    }

    /// <summary>The file's content: for each device, for each operator, a choice.</summary>
    private sealed record Content(int GpunetTuning, Dictionary<string, Dictionary<string, TunedChoice>> Devices);
}

/// <summary>The candidate that was best for an operator when it was measured, and what it was measured against.</summary>
/// <param name="Candidate">Its name.</param>
/// <param name="Candidates">The names of all there were. The choice holds only as long as there are no others.</param>
/// <param name="Build">Version of the code they are made of; with another the choice has to be measured again.</param>
/// <param name="Ratio">Its time as a share of that of the candidate the rule chooses; 1 where they are the same.</param>
internal sealed record TunedChoice(string Candidate, string Candidates, string Build, double Ratio);
