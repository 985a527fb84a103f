using System.CommandLine;

namespace GpuNet.Cli;

/// <summary>The option <c>--data</c>, and whether data and network belong together.</summary>
internal static class DataOption
{
    public static Option<string> Create(string description)
    {
        var option = new Option<string>("--data") { Description = $"{description}: {Datasets.Forms}", HelpName = "data" };
        option.Validators.Add(result =>
        {
            try
            {
                Datasets.Parse(result.GetValueOrDefault<string>() ?? "");
            }
            catch (ArgumentException e)
            {
                result.AddError($"--data: {Program.ArgumentMessage(e)}");
            }
        });
        return option;
    }

    /// <summary>The text under which a run remembers its data: valid from any current folder.</summary>
    public static string Absolute(string data) =>
        Datasets.Parse(data) is ShapesSource ? data : Datasets.Parse(data).Text;

    /// <summary>Throws unless images and classes of a data set are those a network was trained on.</summary>
    public static void RequireMatch(Checkpoint checkpoint, ImageData data)
    {
        ModelSpec model = checkpoint.Model;
        if ((data.Height, data.Width, data.Channels) != (model.ImageHeight, model.ImageWidth, model.ImageChannels))
        {
            throw new GpuNetException(
                $"{data.Train.Name}: expected images of {model.ImageHeight}x{model.ImageWidth}x{model.ImageChannels}, as the checkpoint's, "
                + $"got {data.Height}x{data.Width}x{data.Channels}.");
        }
        if (!data.Classes.SequenceEqual(checkpoint.ClassNames))
        {
            throw new GpuNetException(
                $"{data.Train.Name}: expected the checkpoint's classes {string.Join(", ", checkpoint.ClassNames.Take(3))}, ..., "
                + $"got {string.Join(", ", data.Classes.Take(3))}, ...");
        }
    }
}
