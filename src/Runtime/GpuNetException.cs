namespace GpuNet;

/// <summary>An error a user can act on: its message is one sentence that names the thing, the rule, and what was found.</summary>
public class GpuNetException : Exception
{
    /// <summary>Makes an error without a message of its own.</summary>
    public GpuNetException()
    {
    }

    /// <summary>Makes an error with the sentence shown to the user.</summary>
    public GpuNetException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an error with the sentence shown to the user and the error below it.</summary>
    public GpuNetException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
