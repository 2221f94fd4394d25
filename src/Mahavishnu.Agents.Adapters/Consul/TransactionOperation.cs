namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>One operation of a transaction. The writes mean what they mean in <see cref="ConsulKeys"/>.</summary>
/// <param name="Key">The key, under the same rules as there.</param>
public abstract record TransactionOperation(string Key)
{
    private protected abstract ConsulWire.KeyOperation ToWire();

    internal ConsulWire.Operation ToOperation()
    {
        _ = ConsulKey.Escape(Key);
        return new ConsulWire.Operation(ToWire());
    }

    /// <summary>Writes whatever is there, a held lock's LockIndex becoming 0.</summary>
    public sealed record Set(string Key, ConsulValue Value) : TransactionOperation(Key)
    {
        private protected override ConsulWire.KeyOperation ToWire() => new("set", Key, Value.Bytes.ToArray(), Value.Flags);
    }

    /// <summary>Writes if the key is at <paramref name="ModifyIndex"/>, 0 meaning that it does not exist.</summary>
    public sealed record CompareAndSet(string Key, ConsulValue Value, ulong ModifyIndex) : TransactionOperation(Key)
    {
        private protected override ConsulWire.KeyOperation ToWire() => new("cas", Key, Value.Bytes.ToArray(), Value.Flags, ModifyIndex);
    }

    /// <summary>Takes the lock and writes; also when the session holds it already.</summary>
    public sealed record Lock(string Key, ConsulValue Value, string Session) : TransactionOperation(Key)
    {
        private protected override ConsulWire.KeyOperation ToWire() => new("lock", Key, Value.Bytes.ToArray(), Value.Flags, null, Session);
    }

    /// <summary>Gives the lock back and writes; fails when the session does not hold it.</summary>
    public sealed record Unlock(string Key, ConsulValue Value, string Session) : TransactionOperation(Key)
    {
        private protected override ConsulWire.KeyOperation ToWire() => new("unlock", Key, Value.Bytes.ToArray(), Value.Flags, null, Session);
    }

    /// <summary>Reads; fails when the key does not exist.</summary>
    public sealed record Get(string Key) : TransactionOperation(Key)
    {
        private protected override ConsulWire.KeyOperation ToWire() => new("get", Key);
    }

    /// <summary>Reads; a key that does not exist gives an entry whose indexes are 0. Consul 1.14 or later.</summary>
    public sealed record GetOrEmpty(string Key) : TransactionOperation(Key)
    {
        private protected override ConsulWire.KeyOperation ToWire() => new("get-or-empty", Key);
    }

    /// <summary>Fails unless the key exists at exactly this index.</summary>
    public sealed record CheckIndex(string Key, ulong ModifyIndex) : TransactionOperation(Key)
    {
        private protected override ConsulWire.KeyOperation ToWire() => new("check-index", Key, null, null, ModifyIndex);
    }

    /// <summary>Fails unless the key exists and is held by this session, or by none where it is empty.</summary>
    public sealed record CheckSession(string Key, string Session) : TransactionOperation(Key)
    {
        private protected override ConsulWire.KeyOperation ToWire() => new("check-session", Key, null, null, null, Session);
    }

    /// <summary>Fails if the key exists.</summary>
    public sealed record CheckNotExists(string Key) : TransactionOperation(Key)
    {
        private protected override ConsulWire.KeyOperation ToWire() => new("check-not-exists", Key);
    }

    /// <summary>Deletes the key, which need not exist.</summary>
    public sealed record Delete(string Key) : TransactionOperation(Key)
    {
        private protected override ConsulWire.KeyOperation ToWire() => new("delete", Key);
    }
}
