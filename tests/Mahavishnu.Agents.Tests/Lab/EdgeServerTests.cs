using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Lab.Edge;
using Mahavishnu.Agents.Lab.Service;
using Xunit;

namespace Mahavishnu.Agents.Tests.Lab;

public sealed class EdgeServerTests : IAsyncLifetime
{
    private const string Token = "edge-token";
    private static readonly RegionId Us = new("us-east-1");
    private static readonly RegionId Eu = new("eu-west-1");
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);
    private readonly HttpClient _client = new();
    private SampleService _us = null!;
    private SampleService _eu = null!;
    private EdgeServer _edge = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _us = await SampleService.StartAsync(Us, AnyPort, Cancelled);
        _eu = await SampleService.StartAsync(Eu, AnyPort, Cancelled);
        _edge = await EdgeServer.StartAsync(new Dictionary<RegionId, Uri> { [Us] = _us.Address, [Eu] = _eu.Address }, Token, AnyPort, TimeProvider.System, Cancelled);
        _client.BaseAddress = _edge.Address;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _edge.DisposeAsync();
        await _us.DisposeAsync();
        await _eu.DisposeAsync();
    }

    [Fact]
    public async Task Get_AtFirst_EverybodyIsServedAtHome()
    {
        Assert.Equal("us-east-1", await ServedByAsync("us-east-1"));
        Assert.Equal("eu-west-1", await ServedByAsync("eu-west-1"));
        Assert.Equal(
            """{"epoch":0,"agent":"","routes":{"eu-west-1":{"eu-west-1":100},"us-east-1":{"us-east-1":100}}}""",
            await _client.GetStringAsync(new Uri("control/routes", UriKind.Relative), Cancelled));
    }

    [Fact]
    public async Task Put_OtherRegion_UsersGoThere()
    {
        using var answer = await PutAsync("""{"epoch":5,"agent":"eu-west-1-1","routes":{"us-east-1":{"eu-west-1":100},"eu-west-1":{"eu-west-1":100}}}""");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(
            """{"epoch":5,"agent":"eu-west-1-1","routes":{"eu-west-1":{"eu-west-1":100},"us-east-1":{"eu-west-1":100}}}""",
            await answer.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal("eu-west-1", await ServedByAsync("us-east-1"));
    }

    [Theory]
    [InlineData(4, "eu-west-1-1")]
    [InlineData(5, "us-east-1-1")]
    public async Task Put_StaleOrForeignEpoch_409AndNothingChanges(long epoch, string agent)
    {
        using var first = await PutAsync("""{"epoch":5,"agent":"eu-west-1-1","routes":{"us-east-1":{"eu-west-1":100}}}""");
        using var answer = await PutAsync("""{"epoch":EPOCH,"agent":"AGENT","routes":{"us-east-1":{"us-east-1":100}}}"""
            .Replace("EPOCH", $"{epoch}", StringComparison.Ordinal).Replace("AGENT", agent, StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Equal("""{"error":"stale_epoch","epoch":5}""", await answer.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal("eu-west-1", await ServedByAsync("us-east-1"));
        Assert.Equal(2, _edge.Control.History.Count);
    }

    [Theory]
    [InlineData("""not json""")]
    [InlineData("""[]""")]
    [InlineData("""{"epoch":0,"agent":"a","routes":{}}""")]
    [InlineData("""{"epoch":"1","agent":"a","routes":{}}""")]
    [InlineData("""{"epoch":1,"agent":"","routes":{}}""")]
    [InlineData("""{"epoch":1,"agent":"a","routes":{},"more":1}""")]
    [InlineData("""{"epoch":1,"agent":"a","routes":{"mars-1":{"us-east-1":100}}}""")]
    [InlineData("""{"epoch":1,"agent":"a","routes":{"us-east-1":{"us-east-1":90}}}""")]
    [InlineData("""{"epoch":1,"agent":"a","routes":{"us-east-1":{"us-east-1":150,"eu-west-1":-50}}}""")]
    [InlineData("""{"epoch":1,"agent":"a","routes":{"us-east-1":{"us-east-1":50,"us-east-1":50}}}""")]
    public async Task Put_Malformed_400AndRecorded(string body)
    {
        using var answer = await PutAsync(body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(0, _edge.Control.Current.Epoch);
        Assert.Equal(EffectOutcome.Malformed, Assert.Single(_edge.Control.History).Outcome);
    }

    [Fact]
    public async Task Put_BodyOverTheLimit_400() =>
        Assert.Equal(HttpStatusCode.BadRequest, (await PutAsync("""{"epoch":1,"agent":"a","routes":{}}""" + new string(' ', 100_000))).StatusCode);

    [Theory]
    [InlineData(null)]
    [InlineData("wrong")]
    public async Task Put_WithoutTheToken_401AndRecorded(string? token)
    {
        using var answer = await PutAsync("""{"epoch":9,"agent":"a","routes":{}}""", token);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal(0, _edge.Control.Current.Epoch);
        Assert.Equal(EffectOutcome.Unauthorized, Assert.Single(_edge.Control.History).Outcome);
    }

    [Fact]
    public async Task Get_Effects_EveryPutIsShownInOrder()
    {
        using var accepted = await PutAsync("""{"epoch":5,"agent":"eu-west-1-1","routes":{"us-east-1":{"eu-west-1":100}}}""");
        using var stale = await PutAsync("""{"epoch":4,"agent":"us-east-1-1","routes":{"us-east-1":{}}}""");
        using var malformed = await PutAsync("[]");

        using var shown = JsonDocument.Parse(await _client.GetStringAsync(new Uri("control/effects", UriKind.Relative), Cancelled));
        var effects = shown.RootElement.EnumerateArray().ToList();
        Assert.Equal(["Accepted", "StaleEpoch", "Malformed"], effects.Select(static e => e.GetProperty("outcome").GetString()));
        Assert.Equal("""{"epoch":5,"agent":"eu-west-1-1","routes":{"us-east-1":{"eu-west-1":100}}}""", effects[0].GetProperty("command").GetRawText());
        Assert.Equal(JsonValueKind.Null, effects[2].GetProperty("command").ValueKind);
        Assert.True(effects[0].GetProperty("atSeconds").GetDouble() <= effects[2].GetProperty("atSeconds").GetDouble());
    }

    [Fact]
    public async Task Get_DrainedAudience_503()
    {
        using var answer = await PutAsync("""{"epoch":1,"agent":"a","routes":{"us-east-1":{}}}""");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync("u/us-east-1/api/v1/ping"));
    }

    [Fact]
    public async Task Get_DeadRegion_502WithoutRetry()
    {
        await _us.DisposeAsync();
        Assert.Equal(HttpStatusCode.BadGateway, await StatusAsync("u/us-east-1/api/v1/ping"));
    }

    [Theory]
    [InlineData("u/mars-1/api/v1/ping", HttpStatusCode.NotFound)]
    [InlineData("u/us-east-1/api/v1/nothing", HttpStatusCode.NotFound)]
    [InlineData("u/us-east-1", HttpStatusCode.NotFound)]
    [InlineData("elsewhere", HttpStatusCode.NotFound)]
    public async Task Get_UnknownAudienceOrPath_NotFound(string path, HttpStatusCode expected) => Assert.Equal(expected, await StatusAsync(path));

    [Fact]
    public async Task Service_DeniedObserver_OnlyItsConnectionsAreAborted()
    {
        using (var denied = await _client.PutAsync(new Uri(_us.Address, "lab/deny/eu-west-1"), null, Cancelled))
        {
            Assert.Equal(HttpStatusCode.NoContent, denied.StatusCode);
        }

        await Assert.ThrowsAsync<HttpRequestException>(() => _client.GetAsync(new Uri(_us.Address, "from/eu-west-1/health"), Cancelled));
        Assert.Equal("""{"status":"healthy"}""", await _client.GetStringAsync(new Uri(_us.Address, "from/us-east-1/health"), Cancelled));
        Assert.Equal("""{"status":"healthy"}""", await _client.GetStringAsync(new Uri(_us.Address, "health"), Cancelled));
        using var allowed = await _client.DeleteAsync(new Uri(_us.Address, "lab/deny/eu-west-1"), Cancelled);
        Assert.Equal("""{"status":"healthy"}""", await _client.GetStringAsync(new Uri(_us.Address, "from/eu-west-1/health"), Cancelled));
    }

    [Fact]
    public async Task Service_Unhealthy_OnlyHealthFails()
    {
        using var ill = await _client.PutAsync(new Uri(_us.Address, "lab/health/unhealthy"), null, Cancelled);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(new Uri(_us.Address, "health").ToString()));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(new Uri(_us.Address, "api/v1/workflows").ToString()));
    }

    private async Task<string?> ServedByAsync(string audience)
    {
        using var body = JsonDocument.Parse(await _client.GetStringAsync(new Uri($"u/{audience}/api/v1/ping", UriKind.Relative), Cancelled));
        return body.RootElement.GetProperty("region").GetString();
    }

    private async Task<HttpStatusCode> StatusAsync(string address)
    {
        using var answer = await _client.GetAsync(new Uri(address, UriKind.RelativeOrAbsolute), Cancelled);
        return answer.StatusCode;
    }

    private async Task<HttpResponseMessage> PutAsync(string body, string? token = Token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "control/routes") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return await _client.SendAsync(request, Cancelled);
    }
}
