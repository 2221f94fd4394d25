using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mahavishnu.Agents.Adapters.Traffic;

/// <summary>A whole HTTP answer.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Headers">The headers.</param>
/// <param name="Text">The body.</param>
internal sealed record HttpReply(HttpStatusCode Status, HttpResponseHeaders Headers, string Text)
{
    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    /// <summary>Whether the status is 2xx.</summary>
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>The body as a JSON object; null when it is something else.</summary>
    public JsonObject? Json()
    {
        try
        {
            var json = JsonNode.Parse(Text, documentOptions: s_strict) as JsonObject;

            // Texts are read when they are first asked for; halves of surrogate pairs are to be found now.
            _ = json?.ToJsonString();
            return json;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return null; // Proxies and error pages answer in other formats; the caller says what it expected.
        }
    }
}
