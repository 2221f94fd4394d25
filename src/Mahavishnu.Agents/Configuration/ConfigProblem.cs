namespace Mahavishnu.Agents.Configuration;

/// <summary>Something to say about the configuration.</summary>
/// <param name="Severity">Whether it keeps the agent from starting.</param>
/// <param name="Origin">Where the value stands, or the nearest section around it.</param>
/// <param name="Key">The path of the key; empty when it is about a whole file.</param>
/// <param name="Message">What is wrong, what was expected and, where it can be guessed, what was meant; no secrets.</param>
internal sealed record ConfigProblem(ConfigSeverity Severity, ConfigOrigin Origin, string Key, string Message)
{
    /// <summary><c>file:line: key.path: message</c>.</summary>
    public override string ToString() => Key.Length == 0 ? $"{Origin}: {Message}" : $"{Origin}: {Key}: {Message}";
}

/// <summary>How grave a <see cref="ConfigProblem"/> is.</summary>
internal enum ConfigSeverity
{
    /// <summary>The agent does not start.</summary>
    Error = 0,

    /// <summary>It starts, but probably not as intended.</summary>
    Warning,

    /// <summary>Good to know.</summary>
    Note,
}
