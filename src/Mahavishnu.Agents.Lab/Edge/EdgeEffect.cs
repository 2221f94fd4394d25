namespace Mahavishnu.Agents.Lab.Edge;

/// <summary>One PUT that the edge received, and what became of it.</summary>
/// <param name="At">Time since the edge started.</param>
/// <param name="Command">What was asked for; null where it could not be read or was not allowed.</param>
/// <param name="Outcome">What became of it.</param>
public sealed record EdgeEffect(TimeSpan At, RoutingCommand? Command, EffectOutcome Outcome);

/// <summary>What became of a PUT at the edge.</summary>
public enum EffectOutcome
{
    /// <summary>The token is missing or wrong.</summary>
    Unauthorized = 0,

    /// <summary>The body is not a routing command of this edge.</summary>
    Malformed,

    /// <summary>It is in force, or was until a later one.</summary>
    Accepted,

    /// <summary>Its epoch is below the greatest that was seen.</summary>
    StaleEpoch,

    /// <summary>Its epoch is the greatest that was seen, but another agent's.</summary>
    ForeignEpoch,
}
