using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Mahavishnu.Agents.Lab.Cloudflare;

/// <summary>What Cloudflare accepts as a pool; unknown fields are refused, so that a misspelling does not pass for a change.</summary>
internal static partial class CloudflarePoolRules
{
    private static readonly string[] s_writable =
    [
        "name", "origins", "enabled", "minimum_origins", "monitor", "monitor_group", "check_regions", "latitude", "longitude",
        "load_shedding", "origin_steering", "notification_filter", "notification_email", "description",
    ];

    private static readonly string[] s_readOnly = ["id", "networks", "disabled_at", "created_on", "modified_on"];

    private static readonly string[] s_origin =
        ["name", "address", "enabled", "weight", "port", "header", "virtual_network_id", "flatten_cname", "disabled_at"];

    /// <summary>The first thing that is wrong with a body; null when it can be taken.</summary>
    public static string? Problem(JsonObject body)
    {
        var unknown = body.Select(static field => field.Key).FirstOrDefault(static key => !s_writable.Contains(key) && !s_readOnly.Contains(key));
        if (unknown is not null)
        {
            return $"unknown field {unknown}";
        }

        if (body.ContainsKey("name") && !ObjectName().IsMatch(body["name"]?.ToString() ?? ""))
        {
            return "name must consist of letters, digits, _ and -";
        }

        return body["enabled"] is { } enabled && enabled.GetValueKind() is not (JsonValueKind.True or JsonValueKind.False)
            ? "enabled must be a boolean"
            : body.ContainsKey("origins") ? OriginsProblem(body["origins"]) : null;
    }

    private static string? OriginsProblem(JsonNode? origins)
    {
        if (origins is not JsonArray { Count: > 0 } list || list.Any(static origin => origin is not JsonObject))
        {
            return "origins must be an array of at least one object";
        }

        var names = list.Select(static origin => origin!["name"]?.ToString() ?? "").ToList();
        return names.Distinct().Count() != names.Count
            ? "origin names must be unique in their pool"
            : list.Select(static origin => OriginProblem((JsonObject)origin!)).FirstOrDefault(static problem => problem is not null);
    }

    private static string? OriginProblem(JsonObject origin)
    {
        if (origin.Select(static field => field.Key).FirstOrDefault(static key => !s_origin.Contains(key)) is { } unknown)
        {
            return $"unknown origin field {unknown}";
        }

        if (!ObjectName().IsMatch(origin["name"]?.ToString() ?? "") || string.IsNullOrEmpty(origin["address"]?.ToString()))
        {
            return "an origin needs a name of letters, digits, _ and -, and an address";
        }

        if (origin["weight"] is { } weight &&
            (weight.GetValueKind() != JsonValueKind.Number || !decimal.TryParse(weight.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || value is < 0 or > 1))
        {
            return "weight must be a number from 0 to 1";
        }

        return origin["enabled"] is { } enabled && enabled.GetValueKind() is not (JsonValueKind.True or JsonValueKind.False) ? "enabled must be a boolean" : null;
    }

    [GeneratedRegex("^[A-Za-z0-9_-]+$")]
    private static partial Regex ObjectName();
}
