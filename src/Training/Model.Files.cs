namespace GpuNet;

public sealed partial class Model
{
    /// <summary>Opens a saved model.</summary>
    /// <param name="path">What <see cref="Save"/> or a training run wrote: a folder, or the file in it.</param>
    /// <param name="device">Where it is to live.</param>
    /// <param name="define">
    /// The definition of a network that is not in the catalogue, as it was given when it was made; see <see cref="ModelSpec.Define"/>.
    /// </param>
    /// <exception cref="GpuNetException">There is no model, or it is damaged.</exception>
    public static Model Open(string path, Device device, Action<NetworkBuilder>? define = null)
    {
        using ModelFile file = ModelFile.Open(path, define);
        var model = new Model(file.Description.Model, device);
        try
        {
            WeightsFile.Load(model.Parameters, file.Tensors, file.Path);
            model.Preprocessing = file.Description.Preprocessing;
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Reads weights from a safetensors file, this library's or another's, into parameters of the same names.</summary>
    /// <param name="path">The file.</param>
    /// <param name="except">Parts that keep the values they have, such as <c>classifier</c>; several are separated by commas.</param>
    /// <param name="only">Parts to read; all if not given; several are separated by commas.</param>
    /// <param name="filePrefix">What the file puts before every name, such as <c>module.</c>.</param>
    /// <param name="partial">Whether to take what fits and say in the report what does not, instead of an error.</param>
    /// <returns>What was read, and what was not.</returns>
    /// <exception cref="GpuNetException">
    /// The file is damaged, or does not have what is asked for; the message says what is missing, left over or of another shape, and what
    /// to do about it. Nothing is changed then.
    /// </exception>
    public LoadReport Load(string path, string? except = null, string? only = null, string filePrefix = "", bool partial = false)
    {
        var selection = new WeightSelection { Except = Parts(except), Only = Parts(only), FilePrefix = filePrefix, Partial = partial };
        foreach (string part in selection.Except.Concat(selection.Only))
            Below([part]);
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            return WeightsFile.Load(Parameters, path, selection);
        }
    }

    /// <summary>
    /// Saves network, parameters, classes and preprocessing as <c>model.safetensors</c> in a folder, with PyTorch's names and layouts. The
    /// file appears under its name only once it is complete.
    /// </summary>
    /// <param name="folder">The folder; made if it is not there.</param>
    /// <exception cref="GpuNetException">A parameter is not finite, or the file cannot be written; what was there stays.</exception>
    public void Save(string folder)
    {
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            ModelFile.Save(System.IO.Path.Combine(folder, ModelFile.ModelName), new ModelDescription(Spec, Preprocessing), Parameters);
        }
    }

    /// <summary>
    /// Reads weights for a network of perhaps other classes: all of them, but those of the last layer only where their extents agree.
    /// </summary>
    internal LoadReport LoadForClasses(string path)
    {
        string last = Parameters.Names[^1], head = last.Split('.')[0];
        using (SafetensorsFile file = SafetensorsFile.Read(path))
        {
            if (!file.TryFind(last, out SafetensorsTensor? tensor) || TensorLayout.Fits(Parameters.Spec(last), [.. tensor.Shape]))
                head = "";
        }
        return Load(path, except: head);
    }

    /// <summary>Names that are separated by commas.</summary>
    internal static string[] Parts(string? list) =>
        list?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
