namespace GpuNet.Cli;

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
