namespace GpuNet;

/// <summary>
/// Parameters in safetensors files under their full names, in PyTorch's layout: filters OIHW, matrices [outputs, inputs], running
/// statistics beside them. torchvision's names are ours, so that its weights load as they are.
/// </summary>
public static class WeightsFile
{
    // A step counter that PyTorch keeps beside every batch norm; nothing here depends on it.
    private const string Ignored = ".num_batches_tracked";

    /// <summary>Writes all parameters; the file appears under its name only once it is complete.</summary>
    /// <param name="parameters">What to write.</param>
    /// <param name="path">The file.</param>
    /// <param name="metadata">Strings to store in the header.</param>
    public static void Save(ParameterStore parameters, string path, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        SafetensorsWriter writer = NewWriter(metadata);
        foreach (string name in parameters.Names)
        {
            writer.Add(name, TensorLayout.FileShape(parameters.Spec(name)),
                TensorLayout.ToFile(parameters.Spec(name), parameters[name].ToArray()));
        }
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

    /// <summary>Reads all parameters. Nothing is changed unless the whole file fits the network.</summary>
    /// <returns>The strings of the header.</returns>
    /// <exception cref="GpuNetException">The file is damaged, or its tensors are not those of the network.</exception>
    public static IReadOnlyDictionary<string, string> Load(ParameterStore parameters, string path)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        using SafetensorsFile file = SafetensorsFile.Read(path);
        var known = parameters.Names.ToHashSet();
        SafetensorsTensor? foreign =
            file.Tensors.FirstOrDefault(t => !known.Contains(t.Name) && !t.Name.EndsWith(Ignored, StringComparison.Ordinal));
        string? missing = parameters.Names.FirstOrDefault(n => !file.TryFind(n, out _));
        if (missing is not null)
            throw new GpuNetException($"{path}: tensor {missing} is missing; these are weights of another network.");
        if (foreign is not null)
            throw new GpuNetException($"{path}: the network has no parameter {foreign.Name}; these are weights of another network.");
        var values = new float[parameters.Names.Count][];
        for (int i = 0; i < values.Length; i++)
        {
            string name = parameters.Names[i];
            try
            {
                values[i] = TensorLayout.FromFile(parameters.Spec(name), file.ReadFloats(name), [.. file[name].Shape], name);
            }
            catch (GpuNetException e) when (!e.Message.StartsWith(path, StringComparison.Ordinal))
            {
                throw new GpuNetException($"{path}: {e.Message}", e);
            }
            int bad = Array.FindIndex(values[i], v => !float.IsFinite(v));
            if (bad >= 0)
                throw new GpuNetException($"{path}: tensor {name}: values must be finite, one is {values[i][bad]}.");
        }
        for (int i = 0; i < values.Length; i++)
            parameters[parameters.Names[i]].Upload(values[i], parameters.Names[i]);
        return new Dictionary<string, string>(file.Metadata);
    }

    private static SafetensorsWriter NewWriter(IReadOnlyDictionary<string, string>? metadata)
    {
        var writer = new SafetensorsWriter();
        writer.Metadata["format"] = "pt";
        foreach ((string key, string value) in metadata ?? new Dictionary<string, string>())
            writer.Metadata[key] = value;
        return writer;
    }
}
