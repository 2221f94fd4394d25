using System.Text.Json.Serialization;

namespace Mahavishnu.Agents.Lab.Consul.State;

/// <summary>A session as stored and as sent.</summary>
/// <param name="Id">36 characters, random, lower-case.</param>
/// <param name="Name">Free text.</param>
/// <param name="Node">The node that the session dies with.</param>
/// <param name="LockDelay">Nanoseconds for which keys stay closed after an invalidation; capped to 60 s when applied.</param>
/// <param name="Behavior"><c>release</c> or <c>delete</c>: what becomes of held keys.</param>
/// <param name="Ttl">Go duration as it was sent, empty for none. The server waits twice as long.</param>
/// <param name="NodeChecks">Checks of the node that the session is bound to.</param>
/// <param name="ServiceChecks">Checks of services that the session is bound to, null when none were sent.</param>
/// <param name="Checks">The deprecated list, left out when empty.</param>
/// <param name="CreateIndex">Write index of the creation.</param>
/// <param name="ModifyIndex">Always the same as <paramref name="CreateIndex"/>.</param>
internal sealed record ConsulSession(
    [property: JsonPropertyName("ID")] string Id,
    string Name,
    string Node,
    long LockDelay,
    string Behavior,
    [property: JsonPropertyName("TTL")] string Ttl,
    IReadOnlyList<string> NodeChecks,
    IReadOnlyList<ConsulServiceCheck>? ServiceChecks,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Checks,
    ulong CreateIndex,
    ulong ModifyIndex)
{
    /// <summary>The longest delay that is imposed whatever the session asks for.</summary>
    public static readonly TimeSpan MaxLockDelay = TimeSpan.FromSeconds(60);

    /// <summary>Every check that ends the session when it turns critical or goes away.</summary>
    [JsonIgnore]
    public IEnumerable<string> BoundChecks => NodeChecks.Concat(Checks ?? []).Concat((ServiceChecks ?? []).Select(static check => check.Id));

    /// <summary>The delay that an invalidation imposes, zero for none.</summary>
    [JsonIgnore]
    public TimeSpan AppliedLockDelay => GoDuration.ToTimeSpan(LockDelay) is var asked && asked > MaxLockDelay ? MaxLockDelay : asked;
}

/// <summary>A check of a service, as a session names it.</summary>
/// <param name="Id">The id of the check.</param>
/// <param name="Namespace">Kept and echoed; there is one namespace only.</param>
internal sealed record ConsulServiceCheck([property: JsonPropertyName("ID")] string Id, string? Namespace = null);
