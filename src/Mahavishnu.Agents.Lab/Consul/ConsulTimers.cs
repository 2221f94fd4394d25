using Mahavishnu.Agents.Lab.Consul.State;

namespace Mahavishnu.Agents.Lab.Consul;

/// <summary>The clocks of sessions, checks and services to be removed. Used under the store's lock only.</summary>
internal sealed class ConsulTimers : IDisposable
{
    /// <summary>A service is never removed sooner than this. Source: Consul documentation, <c>DeregisterCriticalServiceAfter</c>.</summary>
    private static readonly TimeSpan ShortestRemoval = TimeSpan.FromMinutes(1);

    private readonly KeyedTimers _sessions;
    private readonly KeyedTimers _checks;
    private readonly KeyedTimers _removals;

    /// <summary>Timers that write to <paramref name="store"/> when they come due.</summary>
    public ConsulTimers(TimeProvider time, ConsulStore store)
    {
        _sessions = new KeyedTimers(time, (id, run) => store.WriteWhenDue(_sessions!, id, run, _ => new ConsulCommand.DestroySession(id)));
        _checks = new KeyedTimers(time, (name, run) => store.WriteWhenDue(_checks!, name, run, state => Expire(state, name)));
        _removals = new KeyedTimers(time, (name, run) => store.WriteWhenDue(_removals!, name, run, state => Remove(state, name)));
    }

    /// <summary>Starts and stops what a write made necessary.</summary>
    public void Follow(CommandOutcome outcome)
    {
        foreach (var change in outcome.Changes)
        {
            if (change.Kind == ChangeKind.Session)
            {
                if (outcome.State.Sessions.Find(change.Name) is { } session)
                {
                    StartSession(session);
                }
                else
                {
                    _sessions.Stop(change.Name);
                }
            }
            else if (change.Kind == ChangeKind.Check)
            {
                FollowCheck(change.Name, Find(outcome.State, change.Name));
            }
        }
    }

    /// <summary>Starts the timer of a session: twice the time-to-live it asked for, nothing when it asked for none.</summary>
    public void StartSession(ConsulSession session)
    {
        var ttl = GoDuration.OrZero(session.Ttl);
        if (ttl > TimeSpan.Zero)
        {
            _sessions.Start(session.Id, ttl * 2);
        }
    }

    /// <summary>Starts the timers of all sessions.</summary>
    public void StartSessions(ConsulState state)
    {
        foreach (var session in state.Sessions.Entries.Values)
        {
            StartSession(session);
        }
    }

    /// <summary>Stops the timers of all sessions.</summary>
    public void StopSessions() => _sessions.StopAll();

    /// <summary>Starts the timer of a check that has a time-to-live; here it is not doubled.</summary>
    public void StartCheck(CatalogCheck check)
    {
        var ttl = GoDuration.OrZero(check.Definition.Ttl);
        if (ttl > TimeSpan.Zero)
        {
            _checks.Start(Name(check), ttl);
        }
    }

    /// <summary>Starts the timers of all checks.</summary>
    public void StartChecks(ConsulState state)
    {
        foreach (var check in state.Catalog.Checks.Values)
        {
            StartCheck(check);
            FollowCheck(Name(check), check);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _sessions.Dispose();
        _checks.Dispose();
        _removals.Dispose();
    }

    private static string Name(CatalogCheck check) => $"{check.Node}/{check.CheckId}";

    private static CatalogCheck? Find(ConsulState state, string name) =>
        state.Catalog.Checks.Values.FirstOrDefault(check => Name(check) == name);

    private static ConsulCommand.Register? Expire(ConsulState state, string name) =>
        Find(state, name) is { } check && state.Catalog.Nodes.GetValueOrDefault(check.Node) is { } node
            ? new ConsulCommand.Register(node, null, [check with { Status = CatalogCheck.Critical, Output = $"TTL expired (last output before timeout follows): {check.Output}" }])
            : null;

    private static ConsulCommand.Deregister? Remove(ConsulState state, string name) =>
        Find(state, name) is { ServiceId.Length: > 0 } check ? new ConsulCommand.Deregister(check.Node, check.ServiceId) : null;

    private void FollowCheck(string name, CatalogCheck? check)
    {
        if (check is null)
        {
            _checks.Stop(name);
            _removals.Stop(name);
            return;
        }

        if (check.CreateIndex == check.ModifyIndex)
        {
            StartCheck(check);
        }

        var removal = GoDuration.OrZero(check.Definition.DeregisterCriticalServiceAfter);
        if (check.Status != CatalogCheck.Critical || removal <= TimeSpan.Zero)
        {
            _removals.Stop(name);
        }
        else if (!_removals.Runs(name))
        {
            _removals.Start(name, removal < ShortestRemoval ? ShortestRemoval : removal);
        }
    }
}
