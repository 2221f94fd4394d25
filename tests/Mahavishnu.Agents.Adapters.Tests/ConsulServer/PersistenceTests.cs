using System.Globalization;
using System.Text;
using Mahavishnu.Agents.Lab.Consul;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.ConsulServer;

public sealed class PersistenceTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("consul-server-");
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly WarningCollector _warnings = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string LogFile => Path.Combine(_directory.FullName, "writes.jsonl");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Restart_KeysSessionsLocksAndChecks_AreBack()
    {
        string session, before;
        await using (var server = await StartAsync())
        {
            session = await CreateSessionAsync(server);
            await PutAsync(server, "/v1/kv/k?acquire=" + session, "v");
            await PutAsync(server, "/v1/kv/gone", "v");
            await DeleteAsync(server, "/v1/kv/gone");
            await PutAsync(server, "/v1/txn", """[{"KV":{"Verb":"set","Key":"t","Value":"dg=="}}]""");
            await PutAsync(server, "/v1/agent/service/register", """{"Name":"web","Check":{"TTL":"30s","Status":"passing"}}""");
            before = await DumpAsync(server);
        }

        await using var again = await StartAsync();
        Assert.Equal(before, await DumpAsync(again));
        _clock.Advance(TimeSpan.FromSeconds(19.9));
        Assert.Contains(session, await GetAsync(again, "/v1/session/list"), StringComparison.Ordinal);
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal("[]", await GetAsync(again, "/v1/session/list"));
    }

    [Fact]
    public async Task Restart_LockDelay_IsStillInForce()
    {
        await using (var server = await StartAsync())
        {
            var session = await CreateSessionAsync(server);
            await PutAsync(server, "/v1/kv/k?acquire=" + session, "v");
            await PutAsync(server, "/v1/session/destroy/" + session, "");
        }

        await using var again = await StartAsync();
        var next = await CreateSessionAsync(again);
        _clock.Advance(TimeSpan.FromSeconds(14));
        Assert.Equal("false", await PutAsync(again, "/v1/kv/k?acquire=" + next, "w"));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("true", await PutAsync(again, "/v1/kv/k?acquire=" + next, "w"));
    }

    [Fact]
    public async Task Restart_WallClockSetBack_LockDelayIsNotLonger()
    {
        await using (var server = await StartAsync())
        {
            var session = await CreateSessionAsync(server);
            await PutAsync(server, "/v1/kv/k?acquire=" + session, "v");
            await PutAsync(server, "/v1/session/destroy/" + session, "");
        }

        var earlier = new FakeTimeProvider(_clock.GetUtcNow() - TimeSpan.FromDays(1));
        await using var again = await Lab.Consul.ConsulServer.StartAsync(new ConsulServerOptions { DataDirectory = _directory.FullName, Time = earlier }, Cancelled);
        var next = await CreateSessionAsync(again);
        Assert.Equal("false", await PutAsync(again, "/v1/kv/k?acquire=" + next, "w"));
        earlier.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal("true", await PutAsync(again, "/v1/kv/k?acquire=" + next, "w"));
    }

    [Fact]
    public async Task Copy_OfALiveLog_HoldsEveryAnsweredWrite()
    {
        await using var server = await StartAsync();
        await PutAsync(server, "/v1/kv/k", "answered");
        var copy = Directory.CreateDirectory(Path.Combine(_directory.FullName, "copy"));
        await using (var live = new FileStream(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite))
        await using (var target = File.Create(Path.Combine(copy.FullName, "writes.jsonl")))
        {
            await live.CopyToAsync(target, Cancelled);
        }

        await using var afterKill = await StartAsync(copy.FullName);
        Assert.Contains(Convert.ToBase64String("answered"u8), await GetAsync(afterKill, "/v1/kv/k"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TornLastLine_IsDroppedWithAWarning()
    {
        await using (var server = await StartAsync())
        {
            await PutAsync(server, "/v1/kv/k", "v");
        }

        await File.AppendAllTextAsync(LogFile, """{"Index":99,"At":"2026-01-01T00""", Cancelled);
        await using (var again = await StartAsync())
        {
            Assert.Single(_warnings.Messages, static message => message.Contains("cut off", StringComparison.Ordinal));
            await PutAsync(again, "/v1/kv/k", "w");
        }

        await using var third = await StartAsync();
        Assert.Contains(Convert.ToBase64String("w"u8), await GetAsync(third, "/v1/kv/k"), StringComparison.Ordinal);
        Assert.Single(_warnings.Messages);
    }

    [Fact]
    public async Task DamagedMiddleLine_StopsTheStartAndNamesTheLine()
    {
        await using (var server = await StartAsync())
        {
            await PutAsync(server, "/v1/kv/k", "v");
        }

        await File.WriteAllTextAsync(LogFile, "nonsense\n" + await File.ReadAllTextAsync(LogFile, Cancelled), Cancelled);
        var damaged = await Assert.ThrowsAsync<InvalidDataException>(() => StartAsync());
        Assert.Contains("line 1", damaged.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SecondServer_OnTheSameDirectory_IsRefused()
    {
        await using var server = await StartAsync();
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync());
        Assert.Contains(_directory.FullName, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PortInUse_NamesThePortAndWhatToDo()
    {
        await using var server = await StartAsync();
        var port = server.Address.Port;
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Lab.Consul.ConsulServer.StartAsync(new ConsulServerOptions { Port = port }, Cancelled));
        Assert.Contains($"Port {port.ToString(CultureInfo.InvariantCulture)}", refused.Message, StringComparison.Ordinal);
        Assert.Contains("choose another port", refused.Message, StringComparison.Ordinal);
    }

    private Task<Lab.Consul.ConsulServer> StartAsync(string? directory = null) => Lab.Consul.ConsulServer.StartAsync(
        new ConsulServerOptions { DataDirectory = directory ?? _directory.FullName, Time = _clock, Logger = _warnings }, Cancelled);

    private static async Task<string> DumpAsync(Lab.Consul.ConsulServer server) => string.Join('\n',
        await GetAsync(server, "/v1/kv/?recurse"), await GetAsync(server, "/v1/session/list"), await GetAsync(server, "/v1/health/service/web"));

    private static async Task<string> CreateSessionAsync(Lab.Consul.ConsulServer server) =>
        (await PutAsync(server, "/v1/session/create", """{"TTL":"10s","Checks":[]}"""))[7..43];

    private static async Task<string> GetAsync(Lab.Consul.ConsulServer server, string target)
    {
        using var client = new HttpClient();
        return await client.GetStringAsync(new Uri(server.Address, target), Cancelled);
    }

    private static async Task<string> PutAsync(Lab.Consul.ConsulServer server, string target, string body)
    {
        using var client = new HttpClient();
        using var reply = await client.PutAsync(new Uri(server.Address, target), new ByteArrayContent(Encoding.UTF8.GetBytes(body)), Cancelled);
        return await reply.EnsureSuccessStatusCode().Content.ReadAsStringAsync(Cancelled);
    }

    private static async Task DeleteAsync(Lab.Consul.ConsulServer server, string target)
    {
        using var client = new HttpClient();
        using var reply = await client.DeleteAsync(new Uri(server.Address, target), Cancelled);
        reply.EnsureSuccessStatusCode();
    }
}
