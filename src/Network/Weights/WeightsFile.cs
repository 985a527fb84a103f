namespace GpuNet;

/// <summary>
/// Parameters in safetensors files under their full names, in PyTorch's layout: filters OIHW, matrices [outputs, inputs], running
/// statistics beside them. torchvision's names are ours, so that its weights load as they are.
/// </summary>
public static class WeightsFile
{
    /// <summary>What stands before the names of tensors that are no weights: what training needs to go on.</summary>
    internal const string StatePrefix = "training/";

    // PyTorch keeps one beside every batch norm; nothing here depends on it.
    private const string StepCounter = ".num_batches_tracked";

    /// <summary>Writes all parameters; the file appears under its name only once it is complete.</summary>
    /// <param name="parameters">What to write.</param>
    /// <param name="path">The file.</param>
    /// <param name="metadata">Strings to store in the header.</param>
    /// <param name="states">Further tensors that are no weights: name, values.</param>
    /// <exception cref="GpuNetException">A value is not finite, or the file cannot be written; what was there stays.</exception>
    public static void Save(
        ParameterStore parameters, string path, IReadOnlyDictionary<string, string>? metadata = null,
        IEnumerable<(string Name, float[] Values)>? states = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        SafetensorsWriter writer = NewWriter(metadata);
        foreach (string name in parameters.Names)
        {
            float[] values = parameters[name].ToArray();
            if (Array.FindIndex(values, v => !float.IsFinite(v)) is var bad and >= 0)
                throw new GpuNetException($"{path} is not written: parameter {name} holds {values[bad]}, which no network can use.");
            writer.Add(name, TensorLayout.FileShape(parameters.Spec(name)), TensorLayout.ToFile(parameters.Spec(name), values));
        }
        foreach ((string name, float[] values) in states ?? [])
            writer.Add(StatePrefix + name, [values.Length], values);
        writer.Save(path);
    }

    /// <summary>Writes the gradients of all trained parameters in the same form, with further tensors beside them.</summary>
    /// <param name="parameters">Whose gradients to write.</param>
    /// <param name="path">The file.</param>
    /// <param name="others">Further tensors: name, shape in the file, values.</param>
    public static void SaveGradients(
        ParameterStore parameters, string path, params IEnumerable<(string Name, long[] Shape, float[] Values)> others)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        SafetensorsWriter writer = NewWriter(null);
        foreach (string name in parameters.Names.Where(n => parameters.Spec(n).IsTrained))
        {
            writer.Add(name, TensorLayout.FileShape(parameters.Spec(name)),
                TensorLayout.ToFile(parameters.Spec(name), parameters.Gradient(name).ToArray()));
        }
        foreach ((string name, long[] shape, float[] values) in others)
            writer.Add(name, shape, values);
        writer.Save(path);
    }

    /// <summary>Reads parameters. Nothing is changed unless everything asked for is there and fits.</summary>
    /// <param name="parameters">Receives the values.</param>
    /// <param name="path">The file.</param>
    /// <param name="selection">Which parameters; all if null.</param>
    /// <returns>What was read, and what was not.</returns>
    /// <exception cref="GpuNetException">
    /// The file is damaged, or a parameter asked for is missing, of another shape or not finite, or the file has others beside; the message
    /// says what to do about it. Of a <see cref="WeightSelection.Partial"/> reading only damage and values that are not finite are errors.
    /// </exception>
    public static LoadReport Load(ParameterStore parameters, string path, WeightSelection? selection = null)
    {
        using SafetensorsFile file = SafetensorsFile.Read(path);
        return Load(parameters, file, path, selection);
    }

    /// <summary>Reads parameters from a file that is open already.</summary>
    internal static LoadReport Load(ParameterStore parameters, SafetensorsFile file, string path, WeightSelection? selection = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        selection ??= WeightSelection.All;
        var values = new Dictionary<string, float[]>();
        List<string> missing = [], misshapen = [];
        foreach (string name in parameters.Names.Where(selection.Asks))
        {
            if (!file.TryFind(selection.FilePrefix + name, out SafetensorsTensor? tensor))
            {
                missing.Add(name);
                continue;
            }
            if (!TensorLayout.Fits(parameters.Spec(name), [.. tensor.Shape]))
            {
                misshapen.Add($"{name} ([{string.Join(", ", tensor.Shape)}] in the file, "
                    + $"[{string.Join(", ", TensorLayout.FileShape(parameters.Spec(name)))}] in the network)");
                continue;
            }
            float[] read = TensorLayout.FromFile(parameters.Spec(name), file.ReadFloats(tensor.Name), [.. tensor.Shape], name);
            int bad = Array.FindIndex(read, v => !float.IsFinite(v));
            if (bad >= 0)
                throw new GpuNetException($"{path}: tensor {tensor.Name}: values must be finite, one is {read[bad]}.");
            values.Add(name, read);
        }
        var known = parameters.Names.Select(n => selection.FilePrefix + n).ToHashSet();
        string[] unused = [.. file.Tensors.Select(t => t.Name).Where(n => !known.Contains(n) && !Ignored(n) && selection.Concerns(n))];
        string hint = missing.Count + misshapen.Count == 0 && HasFoldedNorms(values)
            ? LoadReport.FoldedNorms
            : LoadReport.FindHint([.. parameters.Names], [.. file.Tensors.Select(t => t.Name)], missing, misshapen);
        var report = new LoadReport(path, [.. values.Keys], missing, unused, misshapen, hint);
        if (!selection.Partial && !report.IsComplete)
            throw new GpuNetException(report.Message);
        foreach ((string name, float[] read) in values)
            parameters[name].Upload(read, name);
        return report;
    }

    // Statistics that no batch ever moved: mean 0 and variance 1 throughout.
    private static bool HasFoldedNorms(Dictionary<string, float[]> values)
    {
        float[][] means = [.. values.Where(v => v.Key.EndsWith(".running_mean", StringComparison.Ordinal)).Select(v => v.Value)];
        float[][] variances = [.. values.Where(v => v.Key.EndsWith(".running_var", StringComparison.Ordinal)).Select(v => v.Value)];
        return means.Length > 1
            && means.All(m => !m.AsSpan().ContainsAnyExcept(0f))
            && variances.All(v => !v.AsSpan().ContainsAnyExcept(1f));
    }

    private static bool Ignored(string name) =>
        name.EndsWith(StepCounter, StringComparison.Ordinal) || name.StartsWith(StatePrefix, StringComparison.Ordinal);

    private static SafetensorsWriter NewWriter(IReadOnlyDictionary<string, string>? metadata)
    {
        var writer = new SafetensorsWriter();
        writer.Metadata["format"] = "pt";
        foreach ((string key, string value) in metadata ?? new Dictionary<string, string>())
            writer.Metadata[key] = value;
        return writer;
    }
}
