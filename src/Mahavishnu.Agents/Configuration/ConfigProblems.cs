namespace Mahavishnu.Agents.Configuration;

/// <summary>Collects what is to be said about the configuration, all of it.</summary>
internal sealed class ConfigProblems
{
    private readonly List<ConfigProblem> _all = [];
    private readonly HashSet<string> _wrongPaths = [];

    /// <summary>Whether anything found so far keeps the agent from starting.</summary>
    public bool HasErrors => _wrongPaths.Count > 0;

    /// <summary>The problems of one severity, in the order of layers, files and lines.</summary>
    public IReadOnlyList<ConfigProblem> Of(ConfigSeverity severity) =>
    [
        .. _all.Where(problem => problem.Severity == severity)
            .OrderBy(static problem => problem.Origin.Layer)
            .ThenBy(static problem => problem.Origin.Source, StringComparer.Ordinal)
            .ThenBy(static problem => problem.Origin.Line),
    ];

    /// <summary>Whether an error was found at or below a path.</summary>
    public bool HasErrorsAt(ConfigPath path) => _wrongPaths.Contains(path.ToString());

    /// <summary>Adds a problem of a value whose origin is known.</summary>
    public void Add(ConfigSeverity severity, ConfigOrigin origin, ConfigPath path, string message)
    {
        _all.Add(new ConfigProblem(severity, origin, path.ToString(), message));
        for (var at = path; at is not null && severity == ConfigSeverity.Error; at = at.Parent)
        {
            _wrongPaths.Add(at.ToString());
        }
    }

    /// <summary>Adds an error of a value whose origin is known.</summary>
    public void Error(ConfigOrigin origin, ConfigPath path, string message) => Add(ConfigSeverity.Error, origin, path, message);

    /// <summary>Adds an error of a whole file.</summary>
    public void Error(ConfigOrigin origin, string message) => Error(origin, ConfigPath.Root, message);
}
