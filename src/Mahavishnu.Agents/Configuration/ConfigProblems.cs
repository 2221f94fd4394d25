namespace Mahavishnu.Agents.Configuration;

/// <summary>Collects what is to be said about the configuration, all of it.</summary>
internal sealed class ConfigProblems
{
    private readonly List<(ConfigProblem Problem, ConfigPath Path)> _all = [];

    /// <summary>Whether anything found so far keeps the agent from starting.</summary>
    public bool HasErrors => _all.Exists(static found => found.Problem.Severity == ConfigSeverity.Error);

    /// <summary>The problems of one severity, in the order of layers, files and lines.</summary>
    public IReadOnlyList<ConfigProblem> Of(ConfigSeverity severity) =>
    [
        .. _all.Select(static found => found.Problem)
            .Where(problem => problem.Severity == severity)
            .OrderBy(static problem => problem.Origin.Layer)
            .ThenBy(static problem => problem.Origin.Source, StringComparer.Ordinal)
            .ThenBy(static problem => problem.Origin.Line),
    ];

    /// <summary>Whether an error was found at or below a dotted path.</summary>
    public bool HasErrorsBelow(string path) =>
        _all.Exists(found => found.Problem.Severity == ConfigSeverity.Error && found.Path.IsBelow(path));

    /// <summary>Adds a problem of a value whose origin is known.</summary>
    public void Add(ConfigSeverity severity, ConfigOrigin origin, ConfigPath path, string message) =>
        _all.Add((new ConfigProblem(severity, origin, path.ToString(), message), path));

    /// <summary>Adds an error of a value whose origin is known.</summary>
    public void Error(ConfigOrigin origin, ConfigPath path, string message) => Add(ConfigSeverity.Error, origin, path, message);

    /// <summary>Adds an error of a whole file.</summary>
    public void Error(ConfigOrigin origin, string message) => Error(origin, ConfigPath.Root, message);
}
