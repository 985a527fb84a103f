using System.CommandLine;
using System.CommandLine.Parsing;

namespace GpuNet.Cli;

/// <summary>The option <c>--profile</c>: operator by operator, where the time goes.</summary>
internal sealed class ProfileOption
{
    private const string Extension = ".json";
    private const string DefaultName = "profile.json";

    private readonly Option<string?> option = new("--profile")
    {
        Description = $"Print the time of every operator, and write a trace for chrome://tracing or Perfetto (default: {DefaultName})",
        HelpName = "file.json",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public ProfileOption(Command command)
    {
        option.Validators.Add(Check);
        command.Options.Add(option);
    }

    /// <summary>Whether a profile is asked for.</summary>
    public bool IsGiven(ParseResult parse) => parse.GetResult(option) is { Implicit: false };

    /// <summary>The file that receives the trace; null if no profile is asked for.</summary>
    /// <param name="parse">The command line.</param>
    /// <param name="folder">Where it goes if it is not named: an absolute path, or one from the current folder.</param>
    /// <exception cref="UsageException">There is no such folder.</exception>
    public string? Path(ParseResult parse, string folder = "")
    {
        if (!IsGiven(parse))
            return null;
        if (parse.GetValue(option) is not { } named)
            return System.IO.Path.Combine(folder, DefaultName);
        string place = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(named)) ?? "";
        return Directory.Exists(place) ? named : throw new UsageException($"--profile: expected a file in a folder that is there, got {named}.");
    }

    // A picture or a folder behind a bare --profile would be taken for the file, and overwritten.
    private static void Check(OptionResult result)
    {
        if (result.Tokens.Count == 1 && !result.Tokens[0].Value.EndsWith(Extension, StringComparison.OrdinalIgnoreCase))
            result.AddError($"--profile: expected a file name that ends in {Extension}, got '{result.Tokens[0].Value}'; without one, write --profile last");
    }
}
