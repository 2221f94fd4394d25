using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mahavishnu.Agents.Adapters.OpenSearch;

/// <summary>Judges the body of <c>_cluster/health</c> for a health check.</summary>
public static class OpenSearchHealth
{
    /// <summary>What is wrong with it; null when the cluster is green or yellow, which is normal with one data node.</summary>
    public static string? Problem(ReadOnlyMemory<byte> body)
    {
        try
        {
            var json = JsonNode.Parse(body.Span);
            return json.At("timed_out").Flag() == true ? "the cluster's health is not known in time (timed_out)" : json.At("status").Text() switch
            {
                "green" or "yellow" => null,
                "red" => "the cluster is red: a primary shard is missing",
                _ => "the body is no health of a cluster",
            };
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException or ArgumentException)
        {
            return "the body is no health of a cluster";
        }
    }
}
