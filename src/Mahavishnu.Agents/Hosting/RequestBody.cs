using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mahavishnu.Agents.Hosting;

/// <summary>Reads the bodies of requests: one JSON object with known members of the right types, each at most once.</summary>
internal static class RequestBody
{
    /// <summary>Largest body that is read.</summary>
    public const int LimitBytes = 16 * 1024;

    private static readonly JsonSerializerOptions s_strict = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        NumberHandling = JsonNumberHandling.Strict,
    };

    /// <summary>The body, or the answer that refuses it.</summary>
    public static async Task<(T? Body, HttpAnswer? Refusal)> ReadAsync<T>(HttpContext context)
        where T : class
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(context.Request.Body, s_strict, context.RequestAborted) is { } body
                ? (body, null)
                : (null, Bad("it is null; a JSON object was expected"));
        }
        catch (JsonException malformed)
        {
            return (null, Bad(malformed.Message));
        }
        catch (BadHttpRequestException tooLarge) when (tooLarge.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return (null, HttpAnswer.Problem(tooLarge.StatusCode, "too_large", $"The body is larger than {LimitBytes} bytes."));
        }
        catch (BadHttpRequestException broken)
        {
            return (null, HttpAnswer.Problem(broken.StatusCode, "bad_request", broken.Message));
        }
    }

    private static HttpAnswer Bad(string reason) =>
        HttpAnswer.Problem(StatusCodes.Status400BadRequest, "bad_request", $"The body is not what was expected: {reason}");
}
