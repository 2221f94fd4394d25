using System.Globalization;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Mutations;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Lab.Simulation.World;

/// <summary>
/// One Consul store in memory: sessions, the lock, and transactions, each request executed atomically. Only the
/// behaviour that the protocol relies on.
/// </summary>
/// <remarks>
/// A session dies when somebody destroys or kills it and, where the store has a clock, twice its time-to-live after its last
/// renewal, as Consul's may. Source: the Consul facts on sessions.
/// </remarks>
/// <param name="region">The region that it stands for.</param>
/// <param name="clock">The time; null for a store whose sessions do not expire.</param>
public sealed class SimulatedStore(RegionId region, Func<TimeSpan>? clock = null)
{
    private readonly SortedDictionary<string, (TimeSpan Ttl, TimeSpan ExpiresAt)> _sessions = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Vote> _votes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<RegionId, PrimaryClaim> _primaries = [];
    private ulong _index;
    private long _created;
    private TimeSpan _lockFreeAt;

    /// <summary>The region that it stands for.</summary>
    public RegionId Region { get; } = region;

    /// <summary>Whether it answers.</summary>
    public bool Up { get; set; } = true;

    /// <summary>All control keys.</summary>
    public ControlState State { get; private set; } = ControlState.Empty;

    /// <summary>How long the lock stays closed after its session died; Consul's default of 15 s where a client's zero was lost.</summary>
    public TimeSpan LockDelay { get; set; }

    /// <summary>The sessions alive, in order.</summary>
    public IReadOnlyCollection<string> Sessions => _sessions.Keys;

    /// <summary>Every vote that stands there, by key.</summary>
    public IReadOnlyDictionary<string, Vote> Votes => _votes;

    /// <summary>Which region may accept writes, by dataset.</summary>
    public IReadOnlyDictionary<RegionId, PrimaryClaim> Primaries => _primaries;

    /// <summary>Called after each write that took effect.</summary>
    public Action<SimulatedStore, StoreRequest>? Applied { get; set; }

    /// <summary>Carries a request out.</summary>
    public StoreAnswer Execute(StoreRequest request)
    {
        ExpireSessions();
        var answer = request switch
        {
            StoreRequest.ReadState => Ok(request) with { State = State },
            StoreRequest.CreateSession create => Create(create),
            StoreRequest.RenewSession renew => Renew(renew),
            StoreRequest.DestroySession destroy => Destroy(destroy),
            StoreRequest.Acquire acquire => Acquire(acquire),
            StoreRequest.WriteHeartbeat write => Guarded(write, write.Session, () => State = State with { Heartbeat = Entry(write.Heartbeat) }),
            StoreRequest.WriteEpoch write => WriteEpoch(write),
            StoreRequest.WriteJournal write => WriteJournal(write),
            StoreRequest.Release release => Release(release),
            _ => throw new ArgumentException($"unknown request {request}", nameof(request)),
        };
        if (answer.Kind == StoreAnswerKind.Ok)
        {
            Applied?.Invoke(this, request);
        }

        return answer;
    }

    /// <summary>Ends a session, as its death would: its lock is released, the value stays.</summary>
    public void KillSession(string session)
    {
        _sessions.Remove(session);
        if (State.Leader is { } lease && lease.Session == session)
        {
            State = State with { Leader = new KeyEntry(lease.Value, null, ++_index) };
            _lockFreeAt = (clock?.Invoke() ?? TimeSpan.Zero) + LockDelay;
        }
    }

    /// <summary>Comes back with an empty data directory.</summary>
    public void LoseData()
    {
        _sessions.Clear();
        _votes.Clear();
        _primaries.Clear();
        _index = 0;
        State = ControlState.Empty;
    }

    /// <summary>Overwrites a key, as a foreign hand would. A lock stays with its holder.</summary>
    public void Overwrite(ControlKey key, string text) => State = key switch
    {
        ControlKey.Leader => State with { Leader = Entry(text, State.Leader?.Session) },
        ControlKey.Heartbeat => State with { Heartbeat = Entry(text) },
        ControlKey.Epoch => State with { Epoch = Entry(text) },
        ControlKey.Journal => State with { Journal = Entry(text) },
        ControlKey.Members => State with { Members = Entry(text) },
        _ => State with { Maintenance = Entry(text) },
    };

    /// <summary>Comes back with the control keys of an earlier moment and without sessions, as a restored backup does.</summary>
    public void Restore(ControlState backup)
    {
        ArgumentNullException.ThrowIfNull(backup);
        _sessions.Clear();
        State = backup with { Leader = backup.Leader is { } lease ? new KeyEntry(lease.Value, null, lease.ModifyIndex) : null };
    }

    /// <summary>Puts a vote under its key.</summary>
    public void PutVote(string key, Vote vote) => _votes[key] = vote;

    /// <summary>Puts the maintenance record.</summary>
    public void PutMaintenance(string text) => State = State with { Maintenance = Entry(text) };

    /// <summary>A new dataset: its home may write it.</summary>
    public void FirstPrimary(RegionId dataset) => _primaries[dataset] = new PrimaryClaim(dataset, 0, 0);

    /// <summary>Transaction: the lock is held and the epoch is the writer's, set <c>primary/{dataset}</c>.</summary>
    public bool PutPrimary(RegionId dataset, PrimaryClaim claim)
    {
        ArgumentNullException.ThrowIfNull(claim);
        var may = State.Leader?.Session is not null && State.EpochNumber == claim.Epoch;
        if (may)
        {
            _primaries[dataset] = claim;
        }

        return may;
    }

    private void ExpireSessions()
    {
        if (clock is null)
        {
            return;
        }

        var now = clock();
        while (_sessions.FirstOrDefault(s => s.Value.ExpiresAt <= now).Key is { } expired)
        {
            KillSession(expired);
        }
    }

    private StoreAnswer Renew(StoreRequest.RenewSession request)
    {
        if (!_sessions.TryGetValue(request.Session, out var session))
        {
            return Refused(request);
        }

        _sessions[request.Session] = (session.Ttl, ExpiryOf(session.Ttl));
        return Ok(request);
    }

    private TimeSpan ExpiryOf(TimeSpan ttl) => (clock?.Invoke() ?? TimeSpan.Zero) + (2 * ttl);

    private StoreAnswer Create(StoreRequest.CreateSession request)
    {
        var session = string.Create(CultureInfo.InvariantCulture, $"{Region}/s{++_created}");
        _sessions.Add(session, (request.Ttl, ExpiryOf(request.Ttl)));
        return Ok(request) with { Session = session };
    }

    private StoreAnswer Destroy(StoreRequest.DestroySession request)
    {
        KillSession(request.Session);
        return Ok(request);
    }

    private StoreAnswer Acquire(StoreRequest.Acquire request)
    {
        var holder = State.Leader?.Session;
        var closed = holder is null && clock is not null && clock() < _lockFreeAt;
        if (closed || !_sessions.ContainsKey(request.Session) || (holder is not null && holder != request.Session))
        {
            return Refused(request);
        }

        State = State with { Leader = Entry(request.Leader, request.Session) };
        return Ok(request) with { State = State };
    }

    private StoreAnswer WriteEpoch(StoreRequest.WriteEpoch request) =>
        (State.Epoch?.ModifyIndex ?? 0) != request.EpochIndex
            ? Refused(request)
            : Guarded(request, request.Session, () => State = State with
            {
                Epoch = Entry(request.Epoch.ToString(CultureInfo.InvariantCulture)),
                Members = Entry(request.Members),
            }) with { Index = State.Epoch?.ModifyIndex ?? 0 };

    private StoreAnswer WriteJournal(StoreRequest.WriteJournal request) =>
        ((State.Epoch?.ModifyIndex ?? 0) != request.EpochIndex && !Mutant.Has(Mutation.JournalUnchecked)) || ((State.Journal?.ModifyIndex ?? 0) != request.JournalIndex && !Mutant.Has(Mutation.JournalUncompared))
            ? Refused(request)
            : Guarded(request, request.Session, () => State = State with { Journal = Entry(request.Record) }) with { Index = State.Journal?.ModifyIndex ?? 0 };

    private StoreAnswer Release(StoreRequest.Release request) =>
        Guarded(request, request.Session, () => State = State with
        {
            Heartbeat = Entry(request.Marker),
            Leader = new KeyEntry(State.Leader!.Value, null, ++_index),
        });

    private StoreAnswer Guarded(StoreRequest request, string session, Action write)
    {
        if (State.Leader?.Session != session && !(request is StoreRequest.WriteJournal && Mutant.Has(Mutation.JournalUnchecked)))
        {
            return Refused(request);
        }

        write();
        return Ok(request);
    }

    private KeyEntry Entry(string value, string? session = null) => new(value, session, ++_index);

    private static StoreAnswer Ok(StoreRequest request) => new(request.Store, request.Correlation, StoreAnswerKind.Ok);

    private static StoreAnswer Refused(StoreRequest request) => new(request.Store, request.Correlation, StoreAnswerKind.Refused);
}
