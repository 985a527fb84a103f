namespace ILGPU.Runtime;

/// <summary>An error of an accelerator's driver; never thrown here.</summary>
public abstract class AcceleratorException : Exception
{
    /// <summary>Makes an error without a message of its own.</summary>
    protected AcceleratorException()
    {
    }

    /// <summary>Makes an error with a message.</summary>
    protected AcceleratorException(string message) : base(message)
    {
    }

    /// <summary>Makes an error with a message and the error below it.</summary>
    protected AcceleratorException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
