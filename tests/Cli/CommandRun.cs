using System.Text.Json;
using GpuNet.Cli;
using NUnit.Framework;

namespace GpuNet.Tests.Cli;

/// <summary>One call of the command, in process, as if its output went to files.</summary>
internal sealed record CommandRun(int Code, string Output, string Error)
{
    public static CommandRun Of(params string[] args) => Stopped(CancellationToken.None, args);

    public static CommandRun Stopped(CancellationToken stop, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = Program.Run(args, output, error, stop);
        return new CommandRun(code, output.ToString(), error.ToString());
    }

    /// <summary>The JSON object that is the whole output of a call that succeeds.</summary>
    public static JsonElement Json(params string[] args)
    {
        CommandRun run = Of(args);
        Assert.That((run.Code, run.Error), Is.EqualTo((0, "")));
        return JsonDocument.Parse(run.Output).RootElement;
    }

    /// <summary>Asserts that a call fails with one line that begins and goes on as told.</summary>
    public void RequireFailure(int code, string part)
    {
        Assert.That(Code, Is.EqualTo(code), Error);
        Assert.That(Error, Does.StartWith("gpunet: ").And.Contain(part).And.EndWith(Environment.NewLine));
        Assert.That(Error.TrimEnd(), Does.Not.Contain('\n'));
        Assert.That(Error, Does.Not.Contain("unexpected"));
    }

    /// <summary>Asserts that a call succeeds and writes plain lines.</summary>
    public CommandRun RequirePlain()
    {
        Assert.That((Code, Error), Is.EqualTo((0, "")));
        Assert.That(Output.Where(c => char.IsControl(c) && c is not ('\r' or '\n')), Is.Empty);
        return this;
    }
}
