using System.Text.Json;
using System.Text.Json.Nodes;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Adapters.Traffic.Cloudflare;

/// <summary>A pool as Cloudflare sent it, kept whole, because arrays go back whole and may hold fields that are not known here.</summary>
/// <param name="json">The pool object.</param>
internal sealed class CloudflarePool(JsonObject json)
{
    /// <summary>The id; empty when it was not sent.</summary>
    public string Id { get; } = Text(json, "id");

    /// <summary>The name.</summary>
    public string Name { get; } = Text(json, "name");

    /// <summary>Whether anybody gets an answer from it; a disabled pool serves nobody, whatever its origins say.</summary>
    public bool Enabled { get; } = Flag(json);

    /// <summary>Whether every field that is read here is what Cloudflare sends in it; nothing else of a pool may be believed.</summary>
    public bool IsSound => Id.Length > 0 && IsText(json, "id") && IsText(json, "name") && IsFlag(json) && json["origins"] is null or JsonArray &&
        Origins.All(static item => item is JsonObject origin && IsText(origin, "name") && IsText(origin, "address") && IsFlag(origin) && IsWeight(origin["weight"]));

    /// <summary>Whether <paramref name="other"/> is the same state of the same pool, as far as its owner's time stamp and origins tell.</summary>
    public bool SameAs(CloudflarePool other) => Text(json, "modified_on") == other.ModifiedOn && JsonNode.DeepEquals(json["origins"], other.Origins);

    /// <summary>The shares of our origins among themselves.</summary>
    public (RegionId Serving, int Percent)[] Shares(CloudflareRoute route) => !Enabled ? [] : WholePercent.FromWeights(
        route.Origins.Select(origin => (origin.Key, Find(Origins, origin.Value) is { } found && Flag(found) ? Weight(found) : 0m)));

    /// <summary>The complete origins that bring about <paramref name="shares"/>; null when they are so already.</summary>
    /// <exception cref="TrafficOutcomeException">The pool is disabled, or an origin that is to serve has another address.</exception>
    public JsonArray? Bring(CloudflareRoute route, IReadOnlyDictionary<RegionId, int> shares)
    {
        if (!Enabled)
        {
            throw TrafficOutcomeException.Refused($"Pool {Name} is disabled, by somebody else: enable it there, or shift its users another way.");
        }

        var origins = (JsonArray)Origins.DeepClone();
        foreach (var (region, ours) in route.Origins.OrderBy(static origin => origin.Key))
        {
            Bring(origins, ours, shares.GetValueOrDefault(region));
        }

        return JsonNode.DeepEquals(origins, Origins) ? null : origins;
    }

    private JsonArray Origins => json["origins"] as JsonArray ?? [];

    private string ModifiedOn => Text(json, "modified_on");

    private void Bring(JsonArray origins, CloudflareOrigin ours, int percent)
    {
        var found = Find(origins, ours);
        if (found is null)
        {
            found = new JsonObject { ["name"] = ours.Name, ["address"] = ours.Address, ["enabled"] = percent > 0 };
            origins.Add((JsonNode)found);
        }
        else if (percent > 0 && Text(found, "address") is var address && !address.Equals(ours.Address, StringComparison.OrdinalIgnoreCase))
        {
            // Traffic must not follow an address that nobody has approved; taking traffic away is always right.
            throw TrafficOutcomeException.Refused(
                $"Origin {ours.Name} of pool {Name} has the address {address}, and the configuration says {ours.Address}: correct one of them.");
        }

        if (Flag(found) != percent > 0)
        {
            found["enabled"] = percent > 0;
        }

        // The weight of a disabled origin does not matter and stays what it was.
        if (percent > 0 && Weight(found) != percent / 100m)
        {
            found["weight"] = percent / 100m;
        }
    }

    private JsonObject? Find(JsonArray origins, CloudflareOrigin ours)
    {
        var found = origins.OfType<JsonObject>().Where(origin => Text(origin, "name") == ours.Name).ToList();
        return found.Count <= 1 ? found.SingleOrDefault()
            : throw TrafficOutcomeException.Refused($"Pool {Name} has {found.Count} origins {ours.Name}: leave one of them there.");
    }

    // Cloudflare's defaults for what is not sent: enabled, weight 1.
    private static bool Flag(JsonObject item) => item["enabled"]?.GetValueKind() != JsonValueKind.False;

    private static decimal Weight(JsonObject origin) => origin["weight"] is { } weight ? weight.GetValue<decimal>() : 1m;

    private static bool IsText(JsonObject item, string key) => item[key]?.GetValueKind() is null or JsonValueKind.String;

    private static bool IsFlag(JsonObject item) => item["enabled"]?.GetValueKind() is null or JsonValueKind.True or JsonValueKind.False;

    private static bool IsWeight(JsonNode? weight) => weight is null || (weight is JsonValue value && value.TryGetValue<decimal>(out var number) && number is >= 0 and <= 1);

    private static string Text(JsonObject item, string key) => item[key]?.ToString() ?? "";
}
