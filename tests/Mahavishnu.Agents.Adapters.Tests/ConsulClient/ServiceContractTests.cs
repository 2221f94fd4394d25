using System.Net;
using Mahavishnu.Agents.Adapters.Consul;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Consul.ClientFixture;

namespace Mahavishnu.Agents.Adapters.Tests.Consul;

/// <summary>Client and store together: a service, and what its health endpoint says of it.</summary>
public sealed class ServiceContractTests : EmbeddedStoreTest
{
    private static readonly ServiceRegistration s_service = new("demo/agent-1", "agent", TimeSpan.FromSeconds(15)) { Port = 8610 };

    [Theory]
    [InlineData(CheckStatus.Pass, HttpStatusCode.OK)]
    [InlineData(CheckStatus.Warn, HttpStatusCode.TooManyRequests)]
    [InlineData(CheckStatus.Fail, HttpStatusCode.ServiceUnavailable)]
    public async Task ReportAsync_AnyState_IsWhatTheStoreSays(CheckStatus status, HttpStatusCode health)
    {
        Assert.True(Value(await Client.Agent.RegisterAsync(s_service, Deadline, Cancellation)));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await HealthAsync());

        Assert.True(Value(await Client.Agent.ReportAsync(s_service.CheckId, status, "as the test says", Deadline, Cancellation)));

        Assert.Equal(health, await HealthAsync());
    }

    [Fact]
    public async Task ReportAsync_NotRepeatedWithinTheTtl_TurnsCritical()
    {
        Value(await Client.Agent.RegisterAsync(s_service, Deadline, Cancellation));
        Value(await Client.Agent.ReportAsync(s_service.CheckId, CheckStatus.Pass, "", Deadline, Cancellation));

        StoreTime.Advance(TimeSpan.FromSeconds(15.1));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await HealthAsync());
    }

    [Fact]
    public async Task DeregisterAsync_KnownThenUnknown_IsTrueThenRefused()
    {
        Value(await Client.Agent.RegisterAsync(s_service, Deadline, Cancellation));

        Assert.True(Value(await Client.Agent.DeregisterAsync(s_service.Id, Deadline, Cancellation)));

        Assert.Equal(HttpStatusCode.NotFound, await HealthAsync());
        var again = await Client.Agent.DeregisterAsync(s_service.Id, Deadline, Cancellation);
        Assert.Equal(404, Assert.IsType<ConsulResult<bool>.Refused>(again).Status);
        var report = await Client.Agent.ReportAsync(s_service.CheckId, CheckStatus.Pass, "", Deadline, Cancellation);
        Assert.Equal(404, Assert.IsType<ConsulResult<bool>.Refused>(report).Status);
    }

    private async Task<HttpStatusCode> HealthAsync()
    {
        using var http = new HttpClient { BaseAddress = Store.Address };
        using var answer = await http.GetAsync(new Uri($"/v1/agent/health/service/id/{s_service.Id}", UriKind.Relative), Cancellation);
        return answer.StatusCode;
    }
}
