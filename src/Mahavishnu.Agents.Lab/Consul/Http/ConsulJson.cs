using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mahavishnu.Agents.Lab.Consul.Http;

/// <summary>How JSON is written and read: names as declared, read without regard to case.</summary>
internal static class ConsulJson
{
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions Pretty = new(Compact) { WriteIndented = true, IndentSize = 4, NewLine = "\n" };
    private static readonly JsonSerializerOptions Lenient = new() { PropertyNameCaseInsensitive = true };
    private static readonly JsonSerializerOptions Strict = new(Lenient) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    /// <summary>Writes a document, indented and with a final newline when asked for.</summary>
    public static byte[] Write(object? value, bool pretty) => pretty
        ? [.. JsonSerializer.SerializeToUtf8Bytes(value, Pretty), (byte)'\n']
        : JsonSerializer.SerializeToUtf8Bytes(value, Compact);

    /// <summary>Reads a body; unknown fields are ignored, or refused when <paramref name="strict"/>.</summary>
    /// <exception cref="RequestRefusedException">400, the body is not such a document.</exception>
    public static T Read<T>(byte[] body, bool strict, string errorPrefix = "Request decode failed: ")
    {
        try
        {
            return JsonSerializer.Deserialize<T>(body, strict ? Strict : Lenient) ?? throw new JsonException("the document is null");
        }
        catch (JsonException malformed)
        {
            throw new RequestRefusedException(400, errorPrefix + malformed.Message);
        }
    }

    /// <summary>A text that was kept as it came.</summary>
    /// <exception cref="RequestRefusedException">400, it has half of a surrogate pair.</exception>
    public static string Text(JsonElement value, string field)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new RequestRefusedException(400, $"Request decode failed: {field} is no text");
        }
    }

    /// <summary>The elements of a list, none for an absent one.</summary>
    /// <exception cref="RequestRefusedException">400, one of them is null.</exception>
    public static IReadOnlyList<T> Elements<T>(IReadOnlyList<T>? list, string field) =>
        list is null ? [] : list.All(static element => element is not null) ? list : throw new RequestRefusedException(400, $"Request decode failed: {field} has a null element");
}
