using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;

namespace Mahavishnu.Agents.Replication;

/// <summary>All that is shown of a store of this region: in votes, on the metrics and in the status.</summary>
/// <param name="Store">Its name, e.g. <c>postgresql</c>.</param>
/// <param name="Age">How long ago it was looked at; null before the first time.</param>
/// <param name="Problem">Why nothing is known of it; null when it answers.</param>
/// <param name="Document">The rest, for the status: names and figures, no secrets.</param>
internal sealed record StoreView(string Store, TimeSpan? Age, string? Problem, object Document)
{
    /// <summary>How far this region's copy is behind each other region.</summary>
    public IReadOnlyDictionary<RegionId, LagReading> Lag { get; init; } = new Dictionary<RegionId, LagReading>();

    /// <summary>How much of the writer's log this region's copy has, in units of the store; comparable between copies. Null when it does not tell, and in the writer.</summary>
    public long? Position { get; init; }

    /// <summary>How long each of its links can still catch up.</summary>
    public IReadOnlyList<RecoveryWindow> Windows { get; init; } = [];

    /// <summary>What is not as it should be, the critical first.</summary>
    public IReadOnlyList<StoreFinding> Findings { get; init; } = [];

    /// <summary>Its own measures.</summary>
    public IReadOnlyList<StoreValue> Values { get; init; } = [];
}

/// <summary>A measure that a store has of its own.</summary>
/// <param name="Name">Its name, without the prefix of the agent's metrics.</param>
/// <param name="Help">What it says, with its unit and when it is absent.</param>
/// <param name="Labels">The names of its labels, whose values must be few.</param>
internal sealed record StoreGauge(string Name, string Help, params string[] Labels)
{
    /// <summary>A value of it.</summary>
    public StoreValue Of(double value, params string[] labels) => new(this, labels, value);
}

/// <summary>A value of a store's own measure.</summary>
/// <param name="Gauge">The measure.</param>
/// <param name="Labels">The values of its labels.</param>
/// <param name="Value">The value.</param>
internal sealed record StoreValue(StoreGauge Gauge, string[] Labels, double Value);
