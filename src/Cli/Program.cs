using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;

namespace GpuNet.Cli;

/// <summary>The command <c>gpunet</c>. Exit codes: 0 done, 1 failed, 2 wrong usage, 130 and 143 interrupted.</summary>
public static class Program
{
    private const string TraceVariable = "GPUNET_TRACE";

    /// <summary>The version, without the commit it was built from.</summary>
    internal static string Version { get; } =
        (typeof(Program).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "").Split('+')[0];

    /// <summary>Runs the command on the process's own terminal.</summary>
    public static int Main(string[] args)
    {
        bool interactive = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
        if (interactive)
            Console.OutputEncoding = Encoding.UTF8;
        return Run(args, new Terminal(Console.Out, Console.Error, interactive, CancellationToken.None));
    }

    /// <summary>Runs the command as if its output were redirected.</summary>
    /// <param name="args">Command line without the program's name.</param>
    /// <param name="output">Receives results.</param>
    /// <param name="error">Receives errors, a line each.</param>
    /// <param name="stop">Ends training as Ctrl-C does.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error, CancellationToken stop = default) =>
        Run(args, new Terminal(output, error, interactive: false, stop));

#pragma warning disable CA1031 // The last line of defence: whatever went wrong is one line for the user, not a stack trace.
    private static int Run(string[] args, Terminal terminal)
    {
        try
        {
            ParseResult parse = CreateRoot(terminal).Parse(args);
            if (parse.Action is ParseErrorAction)
                return UsageError(parse, terminal);
            return parse.Invoke(new InvocationConfiguration
            {
                Output = terminal.Output,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (Exception e)
        {
            if (Environment.GetEnvironmentVariable(TraceVariable) == "1")
                terminal.Error.WriteLine(e);
            terminal.Failure(Message(e));
            return e is UsageException ? ExitCodes.Usage : ExitCodes.Failure;
        }
    }
#pragma warning restore CA1031

    private static RootCommand CreateRoot(Terminal terminal)
    {
        var root = new RootCommand("GpuNet: lightweight convolutional networks, trained and run from .NET.")
        {
            DevicesCommand.Create(terminal),
            SummaryCommand.Create(terminal),
            BenchCommand.Create(terminal),
            TuneCommand.Create(terminal),
            TrainCommand.Create(terminal),
            EvalCommand.Create(terminal),
            PredictCommand.Create(terminal),
            RunCommand.Create(terminal),
        };
        root.SetAction(parse => new HelpAction().Invoke(parse));
        root.Options.OfType<VersionOption>().Single().Action = new VersionAction(terminal);
        return root;
    }

    private static int UsageError(ParseResult parse, Terminal terminal)
    {
        Command command = parse.CommandResult.Command;
        string path = command is RootCommand ? "gpunet" : $"gpunet {command.Name}";
        // One sentence for all arguments that are missing: the help has their names and their order.
        string[] errors =
        [
            .. parse.Errors.Select(e => Regex.Replace(e.Message, "^Required argument '[^']*' missing", "Required argument missing"))
                .Select(m => m.TrimEnd('.', ' ')).Distinct(),
        ];
        terminal.Failure($"{string.Join("; ", errors)}. See {path} --help.");
        return ExitCodes.Usage;
    }

    private static string Message(Exception e) => e switch
    {
        ArgumentException argument => ArgumentMessage(argument),
        UsageException or GpuNetException or IOException or InvalidDataException or UnauthorizedAccessException => e.Message,
        _ => $"unexpected error: {e.GetType().Name}: {e.Message} (set {TraceVariable}=1 for the trace)",
    };

    /// <summary>The message without the name of the parameter in the code, which .NET appends.</summary>
    internal static string ArgumentMessage(ArgumentException e)
    {
        int suffix = e.Message.LastIndexOf(" (Parameter '", StringComparison.Ordinal);
        return suffix < 0 ? e.Message : e.Message[..suffix];
    }

    private sealed class VersionAction(Terminal terminal) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            terminal.Line($"gpunet {Version} ({Device.KernelCompiler})");
            return ExitCodes.Done;
        }
    }
}

/// <summary>What the process tells its caller.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    public const int Failure = 1;

    public const int Usage = 2;

    /// <summary>128 + SIGINT, as shells report it.</summary>
    public const int Interrupted = 130;

    /// <summary>128 + SIGTERM, as shells report it.</summary>
    public const int Terminated = 143;
}

/// <summary>Options that are right one by one but not together.</summary>
internal sealed class UsageException(string message) : Exception(message);
