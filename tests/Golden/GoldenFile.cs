using System.Text.Json;

namespace GpuNet.Tests.Golden;

/// <summary>One file of values computed by PyTorch: cases, each with parameters and tensors.</summary>
internal sealed class GoldenFile : IDisposable
{
    private readonly SafetensorsFile file;

    public GoldenFile(string name) => file = SafetensorsFile.Read(PathOf(name + ".safetensors"));

    public IEnumerable<string> Cases =>
        file.Metadata.Keys.Where(k => file.Tensors.Any(t => t.Name.StartsWith(k + ".", StringComparison.Ordinal)));

    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Golden", name);

    public static IEnumerable<string> CasesOf(string name)
    {
        using var golden = new GoldenFile(name);
        return [.. golden.Cases];
    }

    public JsonElement Settings(string name) => JsonDocument.Parse(file.Metadata[name]).RootElement;

    public bool Has(string tensor) => file.TryFind(tensor, out _);

    public float[] Floats(string tensor) => file.ReadFloats(tensor);

    public long[] Integers(string tensor) => file.ReadIntegers(tensor);

    /// <summary>Extents of a map in PyTorch's order, or of a matrix as [N, 1, 1, C].</summary>
    public Shape MapShape(string tensor)
    {
        long[] s = [.. file[tensor].Shape];
        return s.Length == 4 ? new Shape((int)s[0], (int)s[2], (int)s[3], (int)s[1]) : new Shape((int)s[0], 1, 1, (int)s[^1]);
    }

    /// <summary>A map's values, channels last.</summary>
    public float[] Map(string tensor)
    {
        float[] values = Floats(tensor);
        var last = new float[values.Length];
        TensorLayout.ToChannelsLast(values, MapShape(tensor), last);
        return last;
    }

    public void Dispose() => file.Dispose();
}
