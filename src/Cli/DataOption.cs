using System.CommandLine;

namespace GpuNet.Cli;

/// <summary>The option <c>--data</c>.</summary>
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
}
