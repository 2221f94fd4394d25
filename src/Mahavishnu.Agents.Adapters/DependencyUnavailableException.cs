namespace Mahavishnu.Agents.Adapters;

/// <summary>A dependency could not be asked, or gave no usable answer. Made only in the adapter of that dependency.</summary>
public sealed class DependencyUnavailableException : Exception
{
    /// <summary>Names the dependency and what went wrong.</summary>
    /// <param name="dependency">Which one, as a person would look for it, e.g. <c>haproxy tcp://127.0.0.1:9999</c>; no secrets.</param>
    /// <param name="problem">What was seen, and what was expected.</param>
    /// <param name="cause">The underlying error, if there is one.</param>
    public DependencyUnavailableException(string dependency, string problem, Exception? cause = null)
        : base($"{dependency}: {problem}", cause) => Dependency = dependency;

    /// <summary>Which dependency.</summary>
    public string Dependency { get; }
}
