using System.Text.Json;
using System.Text.Json.Serialization;
using Mahavishnu.Agents.Lab.Consul.State;

namespace Mahavishnu.Agents.Lab.Consul.Http;

/// <summary>A check as a client registers it with the agent, alone or inside a service.</summary>
internal sealed class CheckBody
{
    /// <summary>Id of a check that is registered alone.</summary>
    [JsonPropertyName("ID")]
    public string? Id { get; set; }

    /// <summary>Id of a check inside a service.</summary>
    [JsonPropertyName("CheckID")]
    public string? CheckId { get; set; }

    /// <summary>For people; demanded of a check that is registered alone.</summary>
    public string? Name { get; set; }

    /// <summary>For people.</summary>
    public string? Notes { get; set; }

    /// <summary>The service instance that the check belongs to.</summary>
    [JsonPropertyName("ServiceID")]
    public string? ServiceId { get; set; }

    /// <summary>The status to begin with; critical when absent.</summary>
    public string? Status { get; set; }

    /// <summary>Go duration, or nanoseconds.</summary>
    [JsonPropertyName("TTL")]
    public JsonElement Ttl { get; set; }

    /// <summary>Go duration, or nanoseconds.</summary>
    public JsonElement DeregisterCriticalServiceAfter { get; set; }

    /// <summary>Kept for the refusal of what is not run here.</summary>
    public JsonElement Interval { get; set; }

    /// <summary>Accepted and not used: a time-to-live check asks nobody.</summary>
    public JsonElement Timeout { get; set; }

    /// <summary>Not run here.</summary>
    [JsonPropertyName("HTTP")]
    public string? Http { get; set; }

    /// <summary>Not run here.</summary>
    [JsonPropertyName("TCP")]
    public string? Tcp { get; set; }

    /// <summary>Not run here.</summary>
    [JsonPropertyName("GRPC")]
    public string? Grpc { get; set; }

    /// <summary>The check as it is stored.</summary>
    /// <param name="node">The agent's node.</param>
    /// <param name="id">Its id.</param>
    /// <param name="name">Its name.</param>
    /// <param name="known">The check of the same id that is replaced; it keeps its status.</param>
    /// <exception cref="RequestRefusedException">400, the check is not one that can be run here.</exception>
    public CatalogCheck ToCheck(string node, string id, string name, CatalogCheck? known)
    {
        var ttl = Duration(Ttl, "TTL");
        if (Interval.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null))
        {
            throw new RequestRefusedException(400, ttl.Length > 0
                ? "Invalid check: Interval and TTL cannot both be specified"
                : "Invalid check: this server runs TTL checks only; give the check a TTL and update it.");
        }

        if (ttl.Length == 0)
        {
            throw new RequestRefusedException(400, "Invalid check: TTL must be > 0 for TTL checks");
        }

        var status = Status is { Length: > 0 } ? Status : known?.Status ?? CatalogCheck.Critical;
        if (status is not (CatalogCheck.Passing or "warning" or CatalogCheck.Critical))
        {
            throw new RequestRefusedException(400, "Bad check status");
        }

        var definition = new CatalogCheckDefinition(ttl, Duration(DeregisterCriticalServiceAfter, nameof(DeregisterCriticalServiceAfter)));
        return new CatalogCheck(node, id, name, status, Notes ?? "", known?.Output ?? "", ServiceId ?? "", "", [], "ttl", definition);
    }

    private static string Duration(JsonElement value, string field)
    {
        var nanoseconds = 0L;
        var text = value.ValueKind switch
        {
            JsonValueKind.Undefined or JsonValueKind.Null => "",
            JsonValueKind.String => ConsulJson.Text(value, field),
            JsonValueKind.Number when value.TryGetInt64(out nanoseconds) => $"{nanoseconds}ns",
            _ => throw new RequestRefusedException(400, $"Request decode failed: {field} must be a duration or a number of nanoseconds"),
        };
        return text.Length == 0 || GoDuration.TryParse(text, out _, out var error) ? text : throw new RequestRefusedException(400, $"Request decode failed: {error}");
    }
}
