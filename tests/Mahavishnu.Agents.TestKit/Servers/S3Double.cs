using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Mahavishnu.Agents.TestKit.Servers;

/// <summary>
/// Speaks as much of S3's protocol as the obtainable servers do not: replication states, stored checksums, rules with a promise of
/// time, and answers that are late, refused or something else. It checks no signatures.
/// </summary>
public sealed class S3Double : IAsyncDisposable
{
    /// <summary>As of an object that was sent in parts: it proves nothing of the content.</summary>
    private const string Tag = "\"00000000000000000000000000000000-1\"";

    private readonly WebApplication _app;

    private S3Double(WebApplication app) => _app = app;

    /// <summary>Where it listens.</summary>
    public Uri Url => new(_app.Urls.First());

    /// <summary>What it holds, by bucket and key: the content and the headers that it answers with.</summary>
    public ConcurrentDictionary<string, S3DoubleObject> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>What it was told of buckets, by bucket and kind, such as <c>b?replication</c>.</summary>
    public ConcurrentDictionary<string, string> Settings { get; } = new(StringComparer.Ordinal);

    /// <summary>Answers instead of it, when set.</summary>
    public Func<HttpContext, Task>? Instead { get; set; }

    /// <summary>Whether what is not there is answered as forbidden, as it is to those who may not list.</summary>
    public bool HidesAbsence { get; set; }

    /// <summary>Starts one.</summary>
    public static async Task<S3Double> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static k => k.Listen(IPAddress.Loopback, 0));
        var made = new S3Double(builder.Build());
        made._app.Run(made.AnswerAsync);
        await made._app.StartAsync(cancellationToken);
        return made;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        if (Instead is { } instead)
        {
            await instead(http);
            return;
        }

        var parts = http.Request.Path.Value!.TrimStart('/').Split('/', 2);
        await (parts is [_, { Length: > 0 }] ? ObjectAsync(http, string.Join('/', parts)) : BucketAsync(http, $"{parts[0]}?{http.Request.Query.Keys.First()}"));
    }

    private async Task BucketAsync(HttpContext http, string setting)
    {
        if (http.Request.Method == "PUT")
        {
            using var body = new StreamReader(http.Request.Body);
            Settings[setting] = await body.ReadToEndAsync(http.RequestAborted);
        }
        else if (Settings.TryGetValue(setting, out var xml))
        {
            await WriteAsync(http, 200, xml);
        }
        else if (setting.EndsWith("?versioning", StringComparison.Ordinal))
        {
            await WriteAsync(http, 200, """<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>""");
        }
        else
        {
            await ErrorAsync(http, 404, setting.EndsWith("?replication", StringComparison.Ordinal) ? "ReplicationConfigurationNotFoundError" : "NoSuchLifecycleConfiguration");
        }
    }

    private async Task ObjectAsync(HttpContext http, string name)
    {
        if (http.Request.Method == "PUT")
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
            Objects[name] = new S3DoubleObject(body.ToArray(), http.Request.Headers["x-amz-checksum-sha256"], null);
            http.Response.Headers.ETag = Tag;
            return;
        }

        if (!Objects.TryGetValue(name, out var held))
        {
            await ErrorAsync(http, HidesAbsence ? 403 : 404, HidesAbsence ? "AccessDenied" : "NoSuchKey");
            return;
        }

        http.Response.Headers.ETag = Tag;
        if (held.Sha256 is not null && http.Request.Headers["x-amz-checksum-mode"] == "ENABLED")
        {
            http.Response.Headers["x-amz-checksum-sha256"] = held.Sha256;
            http.Response.Headers["x-amz-checksum-type"] = held.Sha256.Contains('-', StringComparison.Ordinal) ? "COMPOSITE" : "FULL_OBJECT";
        }

        if (held.ReplicationStatus is not null)
        {
            http.Response.Headers["x-amz-replication-status"] = held.ReplicationStatus;
        }

        http.Response.ContentLength = held.Content.Length;
        if (http.Request.Method == "GET")
        {
            await http.Response.Body.WriteAsync(held.Content, http.RequestAborted);
        }
    }

    private static Task ErrorAsync(HttpContext http, int status, string code) =>
        WriteAsync(http, status, http.Request.Method == "HEAD" ? "" : $"<Error><Code>{code}</Code><Message>{code}</Message></Error>");

    private static async Task WriteAsync(HttpContext http, int status, string text)
    {
        (http.Response.StatusCode, http.Response.ContentType) = (status, "application/xml");
        await http.Response.WriteAsync(text, http.RequestAborted);
    }
}

/// <summary>An object of the double.</summary>
/// <param name="Content">What it holds.</param>
/// <param name="Sha256">The checksum that is kept with it; null for none.</param>
/// <param name="ReplicationStatus">What is said of its copies; null for nothing.</param>
public sealed record S3DoubleObject(byte[] Content, string? Sha256, string? ReplicationStatus);
