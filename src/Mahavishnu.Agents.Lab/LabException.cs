namespace Mahavishnu.Agents.Lab;

/// <summary>The lab cannot do what it was asked: a wrong argument, a port in use, a missing permission. The message says what to do.</summary>
public sealed class LabException : Exception
{
    /// <summary>An exception without a message.</summary>
    public LabException()
    {
    }

    /// <summary>An exception with a message for the user.</summary>
    public LabException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with a message for the user, and its cause.</summary>
    public LabException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
