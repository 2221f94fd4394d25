using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Voting;

/// <summary>What the votes rest on.</summary>
internal sealed record VoteSettings
{
    /// <summary>This agent.</summary>
    public required string Agent { get; init; }

    /// <summary>Its region.</summary>
    public required RegionId Region { get; init; }

    /// <summary>Where its HTTP interface is reached.</summary>
    public required string Address { get; init; }

    /// <summary>The directory of the control keys.</summary>
    public required string Prefix { get; init; }

    /// <summary>The observers, one voice each.</summary>
    public required IReadOnlyList<RegionId> Observers { get; init; }

    /// <summary>The regions that are judged.</summary>
    public required IReadOnlyList<RegionId> Regions { get; init; }

    /// <summary>How often a vote is published: the probe interval.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>How long one request to a store may take.</summary>
    public required TimeSpan RequestTimeout { get; init; }

    /// <summary>A vote counts while it changed within three intervals.</summary>
    public TimeSpan Freshness => 3 * Interval;

    /// <summary>Votes are read four times in an interval.</summary>
    public TimeSpan ReadInterval => Interval / 4;

    /// <summary>The directory of all votes.</summary>
    public string VotesPrefix => Prefix + "votes/";

    /// <summary>The key of this agent's vote.</summary>
    public string OwnKey => $"{VotesPrefix}{Region}/{Agent}";
}
