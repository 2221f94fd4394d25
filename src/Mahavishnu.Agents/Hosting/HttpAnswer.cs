using System.Text.Encodings.Web;
using System.Text.Json;

namespace Mahavishnu.Agents.Hosting;

/// <summary>An answer of the HTTP interface.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Outcome">What came of the request in one word, for the audit; the <c>error</c> of a refusal.</param>
/// <param name="Message">The same in a sentence.</param>
/// <param name="Document">The body.</param>
internal sealed record HttpAnswer(int Status, string Outcome, string Message, object Document)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A document that was asked for.</summary>
    public static HttpAnswer Of(object document) => new(StatusCodes.Status200OK, "done", "", document);

    /// <summary>A refusal: <c>{"error", "message"}</c>.</summary>
    public static HttpAnswer Problem(int status, string error, string message) => new(status, error, message, new { error, message });

    /// <summary>Sends it as JSON.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(Document, s_json);
        context.Response.StatusCode = Status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
