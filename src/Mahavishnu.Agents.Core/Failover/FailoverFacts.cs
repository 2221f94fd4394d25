using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;

namespace Mahavishnu.Agents.Core.Failover;

/// <summary>What one turn of the <see cref="FailoverMachine"/> looks at, as of the moment of the turn.</summary>
public sealed record FailoverFacts
{
    /// <summary>The epoch of the term that this agent holds; 0 between terms.</summary>
    public required long Epoch { get; init; }

    /// <summary>Every fresh vote.</summary>
    public required IReadOnlyList<Vote> Votes { get; init; }

    /// <summary>The maintenance record that counts; null when there never was one.</summary>
    public MaintenanceRecord? Maintenance { get; init; }

    /// <summary>The newest journal record that any store shows, for a follower's display: it may not stand at a majority.</summary>
    public JournalRecord? Shown { get; init; }

    /// <summary>The latest measurement of each link's lag; absent is unknown.</summary>
    public IReadOnlyDictionary<LagLink, LagSample> Lag { get; init; } = new Dictionary<LagLink, LagSample>();

    /// <summary>The regions whose PostgreSQL accepts writes, where one is the primary, as a majority of the control stores says; null while that is not known.</summary>
    public IReadOnlySet<RegionId>? Writers { get; init; }

    /// <summary>Whether an agent of another region was heard within the wait-out, so that leadership can be handed over.</summary>
    public bool OthersPresent { get; init; }

    /// <summary>Whether there is anything that moves users.</summary>
    public bool AnyTarget { get; init; } = true;

    /// <summary>What an operator asks for now; null when nobody does.</summary>
    public OperatorRequest? Asked { get; init; }

    /// <summary>Facts of an agent that has seen nothing yet.</summary>
    public static FailoverFacts None { get; } = new() { Epoch = 0, Votes = [] };

    /// <summary>The maintenance record that counts among what the stores show; null when there never was one.</summary>
    public static MaintenanceRecord? MaintenanceIn(IReadOnlyDictionary<RegionId, ControlState?> stores)
    {
        ArgumentNullException.ThrowIfNull(stores);
        return MaintenanceRecord.Newest(stores.Values.Select(static s => s?.Maintenance?.Value).OfType<string>());
    }

    /// <summary>The newest readable journal record among what the stores show; null when there is none.</summary>
    /// <param name="stores">What each store shows; null where it does not answer.</param>
    /// <param name="read">Reads a record; null for one that cannot be read. The codec when it is left out.</param>
    public static JournalRecord? NewestIn(IReadOnlyDictionary<RegionId, ControlState?> stores, Func<string, JournalRecord?>? read = null)
    {
        ArgumentNullException.ThrowIfNull(stores);
        read ??= static text => JournalCodec.Read(text).Record;
        return stores.Values.Select(s => s?.Journal is { } journal ? read(journal.Value) : null)
            .Aggregate((JournalRecord?)null, static (newest, record) => record is not null && record.IsNewerThan(newest) ? record : newest);
    }
}
