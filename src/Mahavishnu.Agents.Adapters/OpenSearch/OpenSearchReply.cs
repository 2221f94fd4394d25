using System.Text.Json.Nodes;

namespace Mahavishnu.Agents.Adapters.OpenSearch;

/// <summary>A whole answer.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Json">The body; null when it is no JSON object.</param>
/// <param name="Told">What the cluster says went wrong, short; empty when it does not.</param>
internal sealed record OpenSearchReply(int Status, JsonObject? Json, string Told)
{
    /// <summary>Whether the status is 2xx.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;
}
