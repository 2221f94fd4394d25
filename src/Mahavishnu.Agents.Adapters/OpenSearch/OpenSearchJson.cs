using System.Text.Json.Nodes;

namespace Mahavishnu.Agents.Adapters.OpenSearch;

/// <summary>Reads values that may be missing or of another kind than they should be.</summary>
internal static class OpenSearchJson
{
    /// <summary>A member of an object; null for anything else.</summary>
    public static JsonNode? At(this JsonNode? node, string key) => (node as JsonObject)?[key];

    /// <summary>A text; null when it is none.</summary>
    public static string? Text(this JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>A whole number; null when it is none.</summary>
    public static long? Whole(this JsonNode? node) => node is JsonValue value && value.TryGetValue<long>(out var number) ? number : null;

    /// <summary>A truth value; null when it is none.</summary>
    public static bool? Flag(this JsonNode? node) => node is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : null;

    /// <summary>The elements of a list; none when it is no list.</summary>
    public static IEnumerable<JsonNode?> Items(this JsonNode? node) => node as JsonArray ?? [];

    /// <summary>The members of an object; none when it is no object.</summary>
    public static IEnumerable<KeyValuePair<string, JsonNode?>> Members(this JsonNode? node) => node as JsonObject ?? [];
}
