using System.Globalization;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.TestKit.Leadership;

/// <summary>
/// One Consul store in memory: sessions, the lock, and transactions, each request executed atomically. Only the
/// behaviour that the leadership protocol relies on.
/// </summary>
/// <remarks>A session dies only when somebody destroys or kills it: nothing may depend on a time-to-live.</remarks>
public sealed class SimulatedStore(RegionId region)
{
    private readonly SortedSet<string> _sessions = new(StringComparer.Ordinal);
    private ulong _index;
    private long _created;

    /// <summary>The region that it stands for.</summary>
    public RegionId Region { get; } = region;

    /// <summary>Whether it answers.</summary>
    public bool Up { get; set; } = true;

    /// <summary>All control keys.</summary>
    public ControlState State { get; private set; } = ControlState.Empty;

    /// <summary>The sessions alive, in order.</summary>
    public IReadOnlyCollection<string> Sessions => _sessions;

    /// <summary>Called after each write that took effect.</summary>
    public Action<SimulatedStore, StoreRequest>? Applied { get; set; }

    /// <summary>Carries a request out.</summary>
    public StoreAnswer Execute(StoreRequest request)
    {
        var answer = request switch
        {
            StoreRequest.ReadState => Ok(request) with { State = State },
            StoreRequest.CreateSession => Create(request),
            StoreRequest.RenewSession renew => _sessions.Contains(renew.Session) ? Ok(request) : Refused(request),
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
        }
    }

    /// <summary>Comes back with an empty data directory.</summary>
    public void LoseData()
    {
        _sessions.Clear();
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

    private StoreAnswer Create(StoreRequest request)
    {
        var session = string.Create(CultureInfo.InvariantCulture, $"{Region}/s{++_created}");
        _sessions.Add(session);
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
        if (!_sessions.Contains(request.Session) || (holder is not null && holder != request.Session))
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
        (State.Epoch?.ModifyIndex ?? 0) != request.EpochIndex || (State.Journal?.ModifyIndex ?? 0) != request.JournalIndex
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
        if (State.Leader?.Session is not { } holder || holder != session)
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
