using System.Text;
using System.Text.Json;
using Mahavishnu.Agents.Lab.Consul;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.ConsulServer;

/// <summary>A server of its own for each test, with a clock that only the test moves, and plain HTTP to it.</summary>
public abstract class ConsulServerTest : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private readonly HttpClient _http = new() { Timeout = Deadline };
    private Lab.Consul.ConsulServer? _server;

    protected FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    protected Lab.Consul.ConsulServer Server => _server!;

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    protected virtual ConsulServerOptions Options => new() { Time = Clock };

    public async ValueTask InitializeAsync()
    {
        _server = await Lab.Consul.ConsulServer.StartAsync(Options, Cancelled);
        _http.BaseAddress = _server.Address;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private protected Task<ConsulReply> GetAsync(string target) => SendAsync(HttpMethod.Get, target);

    private protected Task<ConsulReply> PutAsync(string target, string? body = null) =>
        SendAsync(HttpMethod.Put, target, body is null ? null : new ByteArrayContent(Encoding.UTF8.GetBytes(body)));

    private protected Task<ConsulReply> DeleteAsync(string target) => SendAsync(HttpMethod.Delete, target);

    private protected async Task<ConsulReply> SendAsync(HttpMethod method, string target, HttpContent? content = null, string? token = null, bool chunked = false)
    {
        using var request = new HttpRequestMessage(method, new Uri(Server.Address, target)) { Content = content };
        request.Headers.TransferEncodingChunked = chunked ? true : null;
        if (token is not null)
        {
            request.Headers.Add("X-Consul-Token", token);
        }

        using var response = await _http.SendAsync(request, Cancelled);
        var headers = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(static header => header.Key, static header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase);
        return new ConsulReply((int)response.StatusCode, await response.Content.ReadAsStringAsync(Cancelled), headers);
    }

    /// <summary>Makes a session that is bound to no check.</summary>
    private protected async Task<string> SessionAsync(string ttl = "", string lockDelay = "15s", string behavior = "release")
    {
        var reply = await PutAsync("/v1/session/create", $$"""{"TTL":"{{ttl}}","LockDelay":"{{lockDelay}}","Behavior":"{{behavior}}","Checks":[]}""");
        Assert.Equal(200, reply.Status);
        return reply.Json.GetProperty("ID").GetString()!;
    }

    /// <summary>Makes a session and reads it back.</summary>
    private protected async Task<JsonElement> CreatedAsync(string? body)
    {
        var created = await PutAsync("/v1/session/create", body);
        Assert.Equal(200, created.Status);
        return (await GetAsync("/v1/session/info/" + created.Json.GetProperty("ID").GetString())).Single;
    }

    /// <summary>Registers a check of the server's own node with the agent.</summary>
    private protected async Task RegisterCheckAsync(string id, string status) =>
        Assert.Equal(200, (await PutAsync("/v1/agent/check/register", $$"""{"Name":"{{id}}","TTL":"1h","Status":"{{status}}"}""")).Status);

    private protected async Task<bool> LivesAsync(string session) => (await GetAsync("/v1/session/info/" + session)).Body != "[]";

    /// <summary>The only entry of a key.</summary>
    private protected async Task<JsonElement> EntryAsync(string key) => (await GetAsync("/v1/kv/" + key)).Single;

    /// <summary>A field of a key's entry as text, empty when it is absent.</summary>
    private protected async Task<string> FieldAsync(string key, string field) =>
        (await EntryAsync(key)).TryGetProperty(field, out var value) ? value.ToString() : "";

    private protected static string Text(JsonElement entry) => Encoding.UTF8.GetString(entry.GetProperty("Value").GetBytesFromBase64());

    /// <summary>Waits until so many reads are blocked.</summary>
    protected async Task BlockedAsync(int readers)
    {
        using var limit = new CancellationTokenSource(Deadline, TimeProvider.System);
        while (Server.BlockedReads != readers)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, limit.Token);
        }
    }

    /// <summary>Moves the clock step by step until the task ends.</summary>
    /// <returns>The result, and by how much the clock was moved.</returns>
    protected async Task<(T Result, TimeSpan Moved)> AdvanceUntilAsync<T>(Task<T> task, TimeSpan step)
    {
        ArgumentNullException.ThrowIfNull(task);
        using var limit = new CancellationTokenSource(Deadline, TimeProvider.System);
        var start = Clock.GetTimestamp();
        while (!task.IsCompleted)
        {
            Clock.Advance(step);
            await Task.WhenAny(task, Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, limit.Token));
            limit.Token.ThrowIfCancellationRequested();
        }

        return (await task, Clock.GetElapsedTime(start));
    }
}
