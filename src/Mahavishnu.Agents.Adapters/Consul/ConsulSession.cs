using System.Text.Json;

namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>A session as the store knows it. After a create, compare it with what was asked for.</summary>
/// <param name="Id">Always to be used in this spelling: the comparison with a lock's holder is case-sensitive.</param>
/// <param name="Name">Free text.</param>
/// <param name="Node">The node whose removal ends the session, whatever its time to live.</param>
/// <param name="Ttl">Time to live; zero means none.</param>
/// <param name="LockDelay">As stored; the store applies at most 60 s.</param>
/// <param name="Behavior">What its end does to the keys it holds.</param>
/// <param name="Checks">Every node and service check bound to it; any one of them ends the session when it fails.</param>
/// <param name="CreateIndex">The store's index at its creation.</param>
public sealed record ConsulSession(
    string Id,
    string Name,
    string Node,
    TimeSpan Ttl,
    TimeSpan LockDelay,
    SessionBehavior Behavior,
    IReadOnlyList<string> Checks,
    ulong CreateIndex)
{
    /// <exception cref="JsonException">A duration is not one, or a list has a null element.</exception>
    internal static ConsulSession From(ConsulWire.Session wire)
    {
        GoDuration ttl = default;
        if (!string.IsNullOrEmpty(wire.TTL) && !GoDuration.TryParse(wire.TTL, out ttl))
        {
            throw new JsonException("the session's TTL is not a Go duration");
        }

        return new ConsulSession(
            wire.ID,
            wire.Name ?? "",
            wire.Node ?? "",
            ttl.ToTimeSpan(),
            new GoDuration(wire.LockDelay).ToTimeSpan(),
            wire.Behavior switch
            {
                "release" => SessionBehavior.Release,
                "delete" => SessionBehavior.Delete,
                _ => SessionBehavior.Unknown,
            },
            [
                .. ConsulJson.Elements(wire.NodeChecks),
                .. ConsulJson.Elements(wire.Checks),
                .. ConsulJson.Elements(wire.ServiceChecks).Select(static check => check.ID ?? ""),
            ],
            wire.CreateIndex);
    }
}
