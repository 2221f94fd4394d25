using System.Net;
using System.Text.Json.Nodes;
using Mahavishnu.Agents.Adapters.Consul;
using Mahavishnu.Agents.Hosting;
using Mahavishnu.Agents.Lab.Consul;
using Mahavishnu.Agents.Registration;
using Mahavishnu.Agents.Tests.Leadership;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Mahavishnu.Agents.Tests.Registration;

/// <summary>The registration over an embedded store; the loop's time is advanced by the test.</summary>
public sealed class RegistrationLoopTests : IAsyncLifetime
{
    private const string Id = "mahavishnu-agent-us-east-1-1";

    private static readonly RegistrationSettings s_settings = new()
    {
        Agent = "us-east-1-1",
        Region = StoreWorld.Us,
        Advertised = new Uri("http://agent.example:8610"),
        ProbeInterval = TimeSpan.FromSeconds(10),
    };

    private readonly FakeTimeProvider _time = new();
    private ConsulServer _store = null!;
    private ConsulClient _client = null!;
    private HttpClient _http = null!;
    private RegistrationLoop _loop = null!;
    private string? _abstains;

    public async ValueTask InitializeAsync()
    {
        _store = await ConsulServer.StartAsync(new ConsulServerOptions(), Eventually.Cancellation);
        _client = new ConsulClient(new ConsulOptions { Address = _store.Address }, TimeProvider.System);
        _http = new HttpClient { BaseAddress = _store.Address };
        _loop = new RegistrationLoop(s_settings, _client, () => _abstains, new AgentClock(_time), NullLogger<RegistrationLoop>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await _loop.StopAsync(CancellationToken.None);
        _loop.Dispose();
        _client.Dispose();
        _http.Dispose();
        await _store.DisposeAsync();
    }

    [Theory]
    [InlineData(10, 30, 10)]
    [InlineData(1, 10, 3.333)]
    public void Ttl_ProbeInterval_IsThreeOfThemAndAtLeastTenSeconds(int probeSeconds, double ttlSeconds, double reportSeconds)
    {
        var settings = s_settings with { ProbeInterval = TimeSpan.FromSeconds(probeSeconds) };

        Assert.Equal(ttlSeconds, settings.Ttl.TotalSeconds);
        Assert.Equal(reportSeconds, settings.ReportInterval.TotalSeconds, 3);
    }

    [Fact]
    public async Task Start_StoreIsWell_RegistersAndPasses()
    {
        await StartAsync();
        await HealthAsync(HttpStatusCode.OK);

        var service = JsonNode.Parse(await _http.GetStringAsync(new Uri("/v1/agent/services", UriKind.Relative), Eventually.Cancellation))![Id]!;

        Assert.Equal(("mahavishnu-agent", "agent.example", 8610, "us-east-1"), ((string)service["Service"]!, (string)service["Address"]!, (int)service["Port"]!, (string)service["Tags"]![0]!));
    }

    [Fact]
    public async Task Report_AgentAbstains_WarnsAndPassesAgainAfterwards()
    {
        await StartAsync();
        await HealthAsync(HttpStatusCode.OK);

        _abstains = "its timers are late";
        await NextAsync(HttpStatusCode.TooManyRequests);

        _abstains = null;
        await NextAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Report_StoreHasForgottenTheService_RegistersItAgain()
    {
        await StartAsync();
        await HealthAsync(HttpStatusCode.OK);
        Assert.IsType<ConsulResult<bool>.Ok>(await _client.Agent.DeregisterAsync(Id, TimeSpan.FromSeconds(10), Eventually.Cancellation));

        await NextAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Report_StoreFailsForLong_RegistersWhenItIsBack()
    {
        _store.Faults.Answer(500, "No cluster leader");
        await StartAsync();
        await HealthAsync(HttpStatusCode.InternalServerError);
        for (var i = 0; i < 20; i++)
        {
            _time.Advance(s_settings.ReportInterval);
        }

        Assert.False(_loop.ExecuteTask!.IsCompleted);
        _store.Faults.Clear();

        await NextAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Stop_Registered_Deregisters()
    {
        await StartAsync();
        await HealthAsync(HttpStatusCode.OK);

        await _loop.StopAsync(CancellationToken.None);

        await HealthAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Stop_StoreHangs_WaitsNoLongerThanASecond()
    {
        await StartAsync();
        await HealthAsync(HttpStatusCode.OK);
        _store.Faults.Drop();

        var started = TimeProvider.System.GetTimestamp();
        await _loop.StopAsync(CancellationToken.None);

        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(2));
        Assert.True(_loop.ExecuteTask!.IsCompletedSuccessfully);
    }

    private Task StartAsync() => _loop.StartAsync(Eventually.Cancellation);

    /// <summary>Lets report intervals pass until the store says so.</summary>
    private Task NextAsync(HttpStatusCode expected) => Eventually.TrueAsync(
        async () =>
        {
            _time.Advance(s_settings.ReportInterval);
            return await StatusAsync() == expected;
        },
        $"the store says {expected}");

    private Task HealthAsync(HttpStatusCode expected) => Eventually.TrueAsync(async () => await StatusAsync() == expected, $"the store says {expected}");

    private async Task<HttpStatusCode> StatusAsync()
    {
        using var answer = await _http.GetAsync(new Uri($"/v1/agent/health/service/id/{Id}", UriKind.Relative), Eventually.Cancellation);
        return answer.StatusCode;
    }
}
