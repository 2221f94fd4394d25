namespace Mahavishnu.Agents.Cli;

/// <summary>The exit codes of every verb.</summary>
internal static class ExitCode
{
    /// <summary>Done, or nothing found.</summary>
    public const int Done = 0;

    /// <summary>A finding, a refusal or a failed action.</summary>
    public const int Finding = 1;

    /// <summary>A usage or configuration error.</summary>
    public const int Usage = 2;

    /// <summary>A needed dependency is out of reach.</summary>
    public const int Unreachable = 3;

    /// <summary>Interrupted.</summary>
    public const int Interrupted = 130;
}
