namespace Mahavishnu.Agents.Lab.Consul.State;

/// <summary>One operation carried out: a pure function from table and operation to table and outcome.</summary>
/// <param name="Table">The table afterwards; the same object when nothing changed.</param>
/// <param name="Results">Entries to report, none for deletions.</param>
/// <param name="Changed">Keys whose entry was written or deleted.</param>
/// <param name="Failure">Consul's sentence when the operation was refused, else null.</param>
/// <param name="SessionFault">See <see cref="KvFailure.SessionFault"/>.</param>
internal sealed record KvStep(KvTable Table, IReadOnlyList<KvEntry> Results, IReadOnlyList<string> Changed, string? Failure = null, bool SessionFault = false)
{
    /// <summary>Carries out <paramref name="op"/> at write index <paramref name="index"/>.</summary>
    public static KvStep Run(KvTable table, SessionTable sessions, KvOperation op, ulong index)
    {
        var old = table.Find(op.Key);
        return op.Verb switch
        {
            KvVerb.Set => Write(table, old, Fresh(op, old, index)),
            KvVerb.Cas when (old?.ModifyIndex ?? 0) != op.Index => Refuse(table, $"failed to set key \"{op.Key}\", index is stale"),
            KvVerb.Cas => Write(table, old, Fresh(op, old, index)),
            KvVerb.Lock => Lock(table, sessions, old, op, index),
            KvVerb.Unlock => Unlock(table, old, op, index),
            KvVerb.Get or KvVerb.CheckIndex or KvVerb.CheckSession => Check(table, old, op),
            KvVerb.GetOrEmpty => Report(table, [old ?? new KvEntry(0, op.Key, 0, null, null, 0, 0)]),
            KvVerb.GetTree => Report(table, [.. table.Under(op.Key)]),
            KvVerb.CheckNotExists => old is null ? Report(table, []) : Refuse(table, $"key \"{op.Key}\" exists"),
            KvVerb.DeleteCas when old is not null && old.ModifyIndex != op.Index => Refuse(table, $"failed to delete key \"{op.Key}\", index is stale"),
            KvVerb.Delete or KvVerb.DeleteCas => old is null ? Report(table, []) : new KvStep(table.Without(op.Key, index), [], [op.Key]),
            KvVerb.DeleteTree => DeleteTree(table, op.Key, index),
            _ => throw new ArgumentOutOfRangeException(nameof(op), op.Verb, "Not an operation on keys."),
        };
    }

    private static KvStep Lock(KvTable table, SessionTable sessions, KvEntry? old, KvOperation op, ulong index)
    {
        if (op.Session.Length == 0)
        {
            return Refuse(table, "missing session", sessionFault: true);
        }

        if (sessions.Find(op.Session) is null)
        {
            return Refuse(table, $"invalid session \"{op.Session}\"", sessionFault: true);
        }

        if (old?.Session is { } holder && holder != op.Session)
        {
            return Refuse(table, $"failed to lock key \"{op.Key}\", lock is already held");
        }

        var lockIndex = old?.Session is null ? (old?.LockIndex ?? 0) + 1 : old.LockIndex;
        return Write(table, old, Fresh(op, old, index) with { LockIndex = lockIndex, Session = op.Session });
    }

    private static KvStep Unlock(KvTable table, KvEntry? old, KvOperation op, ulong index)
    {
        if (op.Session.Length == 0)
        {
            return Refuse(table, "missing session", sessionFault: true);
        }

        return old?.Session == op.Session
            ? Write(table, old, Fresh(op, old, index) with { LockIndex = old.LockIndex, Session = null })
            : Refuse(table, $"failed to unlock key \"{op.Key}\", lock isn't held, or is held by another session");
    }

    private static KvStep Check(KvTable table, KvEntry? old, KvOperation op) => (op.Verb, old) switch
    {
        (KvVerb.Get, null) => Refuse(table, $"key \"{op.Key}\" doesn't exist"),
        (KvVerb.CheckIndex, null) => Refuse(table, $"failed to check index, key \"{op.Key}\" doesn't exist"),
        (KvVerb.CheckIndex, _) when old.ModifyIndex != op.Index =>
            Refuse(table, $"failed index check for key \"{op.Key}\", current modify index {old.ModifyIndex} != {op.Index}"),
        (KvVerb.CheckSession, null) => Refuse(table, $"failed to check session, key \"{op.Key}\" doesn't exist"),
        (KvVerb.CheckSession, _) when (old.Session ?? "") != op.Session =>
            Refuse(table, $"failed session check for key \"{op.Key}\", current session \"{old.Session}\" != \"{op.Session}\""),
        (KvVerb.Get, _) => Report(table, [old]),
        _ => Report(table, [old! with { Value = null }]),
    };

    private static KvStep DeleteTree(KvTable table, string prefix, ulong index)
    {
        string[] keys = [.. table.Under(prefix).Select(static entry => entry.Key)];
        return keys.Length == 0 ? Report(table, []) : new KvStep(table.WithoutTree(prefix, index), [], keys);
    }

    /// <summary>What a plain write leaves: the holder is kept, the lock counter starts again.</summary>
    private static KvEntry Fresh(KvOperation op, KvEntry? old, ulong index) =>
        new(0, op.Key, op.Flags, op.Value is { Length: > 0 } ? op.Value : null, old?.Session, old?.CreateIndex ?? index, index);

    private static KvStep Write(KvTable table, KvEntry? old, KvEntry written) => old is not null && old.SameContent(written)
        ? Report(table, [old with { Value = null }])
        : new KvStep(table.With(written), [written with { Value = null }], [written.Key]);

    private static KvStep Report(KvTable table, IReadOnlyList<KvEntry> results) => new(table, results, []);

    private static KvStep Refuse(KvTable table, string what, bool sessionFault = false) => new(table, [], [], what, sessionFault);
}
