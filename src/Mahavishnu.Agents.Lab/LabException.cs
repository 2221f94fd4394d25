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

    /// <summary>Whether what is missing is a program of this machine, and not an argument that is wrong.</summary>
    public bool IsMissingDependency { get; private init; }

    /// <summary>An exception for a program that is not there, with a message that says how to get it.</summary>
    public static LabException Missing(string message) => new(message) { IsMissingDependency = true };

    /// <summary>An exception with a message for the user, and its cause.</summary>
    public LabException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
