using System.Text.Json.Serialization;

namespace Mahavishnu.Agents.Lab.Consul.State;

/// <summary>A health check of a node or of a service instance.</summary>
/// <param name="Node">The node it belongs to.</param>
/// <param name="CheckId">Unique on its node.</param>
/// <param name="Name">For people.</param>
/// <param name="Status"><c>passing</c>, <c>warning</c> or <c>critical</c>.</param>
/// <param name="Notes">For people.</param>
/// <param name="Output">What the last update said.</param>
/// <param name="ServiceId">The instance it belongs to, empty for a check of the node.</param>
/// <param name="ServiceName">The service of that instance.</param>
/// <param name="ServiceTags">The tags of that instance.</param>
/// <param name="Type"><c>ttl</c>, or empty for one that nobody times.</param>
/// <param name="Definition">Its durations.</param>
/// <param name="CreateIndex">Write index of the registration.</param>
/// <param name="ModifyIndex">Write index of the last change.</param>
internal sealed record CatalogCheck(
    string Node,
    [property: JsonPropertyName("CheckID")] string CheckId,
    string Name,
    string Status,
    string Notes,
    string Output,
    [property: JsonPropertyName("ServiceID")] string ServiceId,
    string ServiceName,
    IReadOnlyList<string> ServiceTags,
    string Type,
    CatalogCheckDefinition Definition,
    ulong CreateIndex = 0,
    ulong ModifyIndex = 0)
{
    /// <summary>The status that ends bound sessions and takes an instance out of service.</summary>
    public const string Critical = "critical";

    /// <summary>The status of a healthy check.</summary>
    public const string Passing = "passing";

    /// <summary>Whether a write of <paramref name="other"/> over this check would change anything but the index.</summary>
    public bool SameContent(CatalogCheck other) =>
        ServiceTags.SequenceEqual(other.ServiceTags) &&
        this with { ServiceTags = other.ServiceTags, CreateIndex = 0, ModifyIndex = 0 } == other with { CreateIndex = 0, ModifyIndex = 0 };
}

/// <summary>The durations of a check, as Go text.</summary>
/// <param name="Ttl">Without an update for this long the check turns critical; empty when nobody times it.</param>
/// <param name="DeregisterCriticalServiceAfter">How long it may be critical before its service is removed; empty for ever.</param>
internal sealed record CatalogCheckDefinition([property: JsonPropertyName("TTL")] string Ttl = "", string DeregisterCriticalServiceAfter = "");
