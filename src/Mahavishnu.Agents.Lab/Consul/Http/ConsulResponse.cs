using System.Text;

namespace Mahavishnu.Agents.Lab.Consul.Http;

/// <summary>An answer as a value, so that it can be delayed or lost after the request was carried out.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">What is sent.</param>
/// <param name="ContentType">Its media type, null for an empty body.</param>
internal sealed record ConsulResponse(int Status, byte[] Body, string? ContentType)
{
    private readonly Dictionary<string, string> _headers = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Headers beside the content type.</summary>
    public IReadOnlyDictionary<string, string> Headers => _headers;

    /// <summary>An answer without a body.</summary>
    public static ConsulResponse Empty(int status = 200) => new(status, [], null);

    /// <summary>A text, which is the form of all errors.</summary>
    public static ConsulResponse Text(int status, string text) => new(status, Encoding.UTF8.GetBytes(text), "text/plain; charset=utf-8");

    /// <summary>A JSON document.</summary>
    public static ConsulResponse Json(object? value, ConsulRequest request, int status = 200) =>
        new(status, ConsulJson.Write(value, request.Has("pretty")), "application/json");

    /// <summary>The word <c>true</c> or <c>false</c>, which Consul never indents.</summary>
    public static ConsulResponse Bool(bool value) => new(200, value ? "true"u8.ToArray() : "false"u8.ToArray(), "application/json");

    /// <summary>This answer with one more header.</summary>
    public ConsulResponse With(string name, string value)
    {
        _headers[name] = value;
        return this;
    }
}
