namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>The shapes on the wire, with Consul's own field names.</summary>
internal static class ConsulWire
{
    /// <summary>Request of session create; <paramref name="Checks"/> is sent empty, or the node's own check would be bound.</summary>
    internal sealed record SessionRequest(string Name, string TTL, string LockDelay, string Behavior, string[] Checks);

    /// <summary>Answer of session create.</summary>
    internal sealed record CreatedSession(string ID);

    /// <summary>A session; <paramref name="LockDelay"/> in nanoseconds, <paramref name="TTL"/> a Go duration or empty.</summary>
    internal sealed record Session(
        string ID,
        long LockDelay,
        string Behavior,
        ulong CreateIndex,
        string? TTL = null,
        string? Name = null,
        string? Node = null,
        string[]? NodeChecks = null,
        string[]? Checks = null,
        ServiceCheck[]? ServiceChecks = null);

    /// <summary>A service check bound to a session.</summary>
    internal sealed record ServiceCheck(string? ID = null);

    /// <summary>An entry; a null <paramref name="Value"/> is the empty one, an absent <paramref name="Session"/> means free.</summary>
    internal sealed record Entry(
        string Key,
        byte[]? Value,
        ulong Flags,
        ulong LockIndex,
        ulong CreateIndex,
        ulong ModifyIndex,
        string? Session = null);

    /// <summary>One operation of a transaction.</summary>
    internal sealed record Operation(KeyOperation KV);

    /// <summary>The fields of an operation on a key; those that its verb does not use are null and not sent.</summary>
    internal sealed record KeyOperation(
        string Verb, string Key, byte[]? Value = null, ulong? Flags = null, ulong? Index = null, string? Session = null);

    /// <summary>The answer to a transaction: one of the two is null.</summary>
    internal sealed record Transaction(TransactionResult[]? Results = null, FailedOperation[]? Errors = null);

    /// <summary>One result.</summary>
    internal sealed record TransactionResult(Entry KV);

    /// <summary>One operation that failed.</summary>
    internal sealed record FailedOperation(int OpIndex, string What);

    /// <summary>Request of service register.</summary>
    internal sealed record ServiceRequest(
        string ID,
        string Name,
        string? Address,
        int? Port,
        IReadOnlyList<string>? Tags,
        IReadOnlyDictionary<string, string>? Meta,
        CheckRequest? Check);

    /// <summary>A check that passes as long as it is told so.</summary>
    internal sealed record CheckRequest(string CheckID, string TTL, string? DeregisterCriticalServiceAfter);
}
