using System.Text.Json.Nodes;

namespace Mahavishnu.Agents.Lab.Cloudflare;

/// <summary>An answer before it is written: a status and Cloudflare's envelope.</summary>
internal sealed record CloudflareAnswer(int Status, JsonObject Envelope)
{
    public static CloudflareAnswer Success(JsonNode result, JsonObject? resultInfo = null)
    {
        var envelope = new JsonObject { ["success"] = true, ["errors"] = new JsonArray(), ["messages"] = new JsonArray(), ["result"] = result };
        if (resultInfo is not null)
        {
            envelope["result_info"] = resultInfo;
        }

        return new CloudflareAnswer(200, envelope);
    }

    public static CloudflareAnswer Failure(int status, int code, string message) => new(status, new JsonObject
    {
        ["success"] = false,
        ["errors"] = new JsonArray(new JsonObject { ["code"] = code, ["message"] = message }),
        ["messages"] = new JsonArray(),
        ["result"] = null,
    });
}
