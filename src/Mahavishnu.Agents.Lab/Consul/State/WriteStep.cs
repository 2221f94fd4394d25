namespace Mahavishnu.Agents.Lab.Consul.State;

/// <summary>One command being carried out: collects the changed parts of the state, all under one new index.</summary>
internal sealed class WriteStep
{
    private readonly ConsulState _before;
    private readonly DateTimeOffset _now;
    private readonly List<Change> _changes = [];

    /// <summary>Begins a step on a state, at a moment that counts for lock-delays.</summary>
    public WriteStep(ConsulState before, DateTimeOffset now) => (_before, _now, State, Index) = (before, now, before, before.Index + 1);

    /// <summary>The state as changed so far; its index is set at the end.</summary>
    public ConsulState State { get; set; }

    /// <summary>The index that everything in this step gets.</summary>
    public ulong Index { get; }

    /// <summary>Notes that something changed.</summary>
    public void Changed(ChangeKind kind, string name, string node = "") => _changes.Add(new Change(kind, name, node));

    /// <summary>The outcome of a step that was not refused.</summary>
    public CommandOutcome Done(IReadOnlyList<KvEntry>? results = null) =>
        new(_changes.Count == 0 ? _before : State with { Index = Index }, _changes, results ?? [], [], null);

    /// <summary>The outcome of a step that was refused; nothing of it stays.</summary>
    public CommandOutcome Refused(string error) => new(_before, [], [], [], error);

    /// <summary>Does all operations or none; every refused one is listed. Keys under a lock-delay are found, and listed alone, before anything is tried.</summary>
    public CommandOutcome Run(ConsulCommand.Kv command)
    {
        KvFailure[] closed =
        [
            .. command.Operations.Index()
                .Where(op => op.Item.Verb == KvVerb.Lock && State.LockDelays.Blocks(op.Item.Key, _now))
                .Select(static op => new KvFailure(op.Index, $"failed to lock key \"{op.Item.Key}\" due to lock delay")),
        ];
        return closed.Length > 0 ? new CommandOutcome(_before, [], [], closed, null) : RunAll(command);
    }

    private CommandOutcome RunAll(ConsulCommand.Kv command)
    {
        var results = new List<KvEntry>();
        var failures = new List<KvFailure>();
        foreach (var (position, op) in command.Operations.Index())
        {
            var step = KvStep.Run(State.Kv, State.Sessions, op, Index);
            State = State with { Kv = step.Table };
            results.AddRange(step.Results);
            foreach (var key in step.Changed)
            {
                Changed(ChangeKind.Key, key);
            }

            if (step.Failure is { } what)
            {
                failures.Add(new KvFailure(position, what, step.SessionFault));
            }
        }

        return failures.Count > 0 ? new CommandOutcome(_before, [], [], failures, null) : Done(results);
    }

    /// <summary>Begins a session, if its node is known and none of its checks is missing or critical.</summary>
    public CommandOutcome Run(ConsulCommand.CreateSession command)
    {
        var session = command.Session with { CreateIndex = Index, ModifyIndex = Index };
        if (!State.Catalog.Nodes.ContainsKey(session.Node))
        {
            return Refused("Missing node registration");
        }

        foreach (var id in session.BoundChecks)
        {
            switch (State.Catalog.Checks.GetValueOrDefault((session.Node, id)))
            {
                case null: return Refused($"Missing check '{id}' registration");
                case { Status: CatalogCheck.Critical }: return Refused($"Check '{id}' is in critical state");
            }
        }

        State = State with { Sessions = State.Sessions.With(session) };
        Changed(ChangeKind.Session, session.Id, session.Node);
        return Done();
    }

    /// <summary>Ends a session if it is there.</summary>
    public CommandOutcome Run(ConsulCommand.DestroySession command)
    {
        if (State.Sessions.Find(command.Id) is { } session)
        {
            Invalidate(session);
        }

        return Done();
    }

    /// <summary>
    /// Ends a session: its keys are released or deleted at this step's index and closed for its lock-delay. The holder did
    /// not give them back itself, so it may still believe that it has them; the delay is the time it gets to notice.
    /// </summary>
    public void Invalidate(ConsulSession session)
    {
        State = State with { Sessions = State.Sessions.Without(session.Id, Index) };
        Changed(ChangeKind.Session, session.Id, session.Node);
        foreach (var held in State.Kv.Entries.Values.Where(entry => entry.Session == session.Id).ToList())
        {
            State = State with
            {
                Kv = session.Behavior == "delete" ? State.Kv.Without(held.Key, Index) : State.Kv.With(held with { Session = null, ModifyIndex = Index }),
                LockDelays = session.AppliedLockDelay > TimeSpan.Zero ? State.LockDelays.With(held.Key, _now + session.AppliedLockDelay, _now) : State.LockDelays,
            };
            Changed(ChangeKind.Key, held.Key);
        }
    }
}
