namespace Mahavishnu.Agents.Adapters.Traffic.Edge;

/// <summary>One of our own edges.</summary>
public sealed class EdgeOptions
{
    /// <summary>Its name among the edges, e.g. <c>edge-1</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Where its control interface is, e.g. <c>http://127.0.0.1:8080</c>; <c>control/routes</c> is asked below it.</summary>
    public required Uri Url { get; init; }

    /// <summary>The bearer token of its control interface.</summary>
    public required string Token { get; init; }

    /// <summary>Longest time for one exchange.</summary>
    /// <value>Default 5 s.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);
}
