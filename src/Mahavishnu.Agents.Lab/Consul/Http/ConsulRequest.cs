using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Mahavishnu.Agents.Lab.Consul.Http;

/// <summary>A request as Consul sees it: the path percent-decoded once and flags that count by their presence.</summary>
/// <param name="context">The HTTP exchange.</param>
/// <param name="path">The decoded path.</param>
/// <param name="cancelled">Ends when the client goes or the server stops.</param>
internal sealed class ConsulRequest(HttpContext context, string path, CancellationToken cancelled)
{
    /// <summary>The verb.</summary>
    public string Method => context.Request.Method;

    /// <summary>The decoded path, beginning with <c>/</c>.</summary>
    public string Path { get; } = path;

    /// <summary>What follows the fixed part of the route, slashes included.</summary>
    public string Rest { get; set; } = "";

    /// <summary>Ends when the client goes or the server stops.</summary>
    public CancellationToken Cancelled { get; } = cancelled;

    /// <summary>The length that the body announces, null when it is chunked or absent.</summary>
    public long? AnnouncedLength => context.Request.ContentLength;

    /// <summary>Whether the body comes in chunks, without announcing its length.</summary>
    public bool Chunked => context.Request.Headers.TransferEncoding.Count > 0;

    /// <summary>Whether any server may answer, also one without a leader.</summary>
    public bool Stale => Has("stale");

    /// <summary>The datacenter that is asked, null for the server's own.</summary>
    public string? Datacenter => Value("datacenter") is { Length: > 0 } full ? full : Value("dc") is { Length: > 0 } brief ? brief : null;

    /// <summary>The token: parameter before header before bearer; null when there is none.</summary>
    public string? Token
    {
        get
        {
            var bearer = context.Request.Headers.Authorization.ToString();
            return Value("token") is { Length: > 0 } parameter ? parameter
                : context.Request.Headers["X-Consul-Token"].ToString() is { Length: > 0 } header ? header
                : bearer.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? bearer["Bearer ".Length..].Trim()
                : null;
        }
    }

    /// <summary>Whether a parameter is there, whatever its value.</summary>
    public bool Has(string name) => context.Request.Query.ContainsKey(name);

    /// <summary>A parameter, null when it is absent.</summary>
    public string? Value(string name) => context.Request.Query.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <summary>A parameter that is a number from 0 up.</summary>
    /// <exception cref="RequestRefusedException">It is not; status and text as given.</exception>
    public ulong Number(string name, int errorStatus, string? errorText = null)
    {
        var text = Value(name) ?? "";
        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new RequestRefusedException(errorStatus, errorText ?? $"strconv.ParseUint: parsing \"{text}\": invalid syntax");
    }

    /// <summary>The whole body.</summary>
    /// <param name="limit">Most bytes that are accepted.</param>
    /// <exception cref="RequestRefusedException">413, the body is longer.</exception>
    public async Task<byte[]> ReadBodyAsync(int limit)
    {
        if (AnnouncedLength > limit)
        {
            throw TooLarge(limit);
        }

        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await context.Request.Body.ReadAsync(buffer, Cancelled)) > 0)
        {
            body.Write(buffer, 0, read);
            if (body.Length > limit)
            {
                throw TooLarge(limit);
            }
        }

        return body.ToArray();
    }

    private static RequestRefusedException TooLarge(int limit) => new(413, $"Request body too large, max allowed size: {limit} bytes");
}
