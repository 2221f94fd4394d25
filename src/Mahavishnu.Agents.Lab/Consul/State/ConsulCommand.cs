using System.Text.Json.Serialization;

namespace Mahavishnu.Agents.Lab.Consul.State;

/// <summary>A wish to change the state; what is written to the log and replayed from it.</summary>
[JsonDerivedType(typeof(Kv), "kv")]
[JsonDerivedType(typeof(CreateSession), "session-create")]
[JsonDerivedType(typeof(DestroySession), "session-destroy")]
[JsonDerivedType(typeof(Register), "register")]
[JsonDerivedType(typeof(Deregister), "deregister")]
internal abstract record ConsulCommand
{
    /// <summary>Operations on keys that are done all or not at all.</summary>
    public sealed record Kv(IReadOnlyList<KvOperation> Operations) : ConsulCommand;

    /// <summary>Begins a session; its indexes are filled in.</summary>
    public sealed record CreateSession(ConsulSession Session) : ConsulCommand;

    /// <summary>Ends a session; an unknown one is no error.</summary>
    public sealed record DestroySession(string Id) : ConsulCommand;

    /// <summary>Adds or replaces a node, an instance and checks, each if given. Checks of the instance that are not listed go when <paramref name="ReplaceChecks"/> is set.</summary>
    public sealed record Register(CatalogNode Node, CatalogService? Service, IReadOnlyList<CatalogCheck> Checks, bool ReplaceChecks = false) : ConsulCommand;

    /// <summary>Removes a check, an instance with its checks, or, with neither, the whole node.</summary>
    public sealed record Deregister(string Node, string? ServiceId = null, string? CheckId = null) : ConsulCommand;
}
