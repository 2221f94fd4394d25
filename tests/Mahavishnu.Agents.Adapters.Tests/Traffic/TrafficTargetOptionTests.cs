using Mahavishnu.Agents.Adapters.Tests.Consul;
using Mahavishnu.Agents.Adapters.Traffic.Edge;
using Mahavishnu.Agents.Adapters.Traffic.HaProxy;
using Mahavishnu.Agents.Adapters.Traffic.PowerDns;
using Mahavishnu.Agents.Core.Regions;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Traffic.TargetWorld;

namespace Mahavishnu.Agents.Adapters.Tests.Traffic;

/// <summary>Options that no target can work with are refused when it is made, before anything is sent.</summary>
public sealed class TrafficTargetOptionTests
{
    [Theory]
    [InlineData("http://127.0.0.1:1", "us")]
    [InlineData("tcp://127.0.0.1", "us")]
    [InlineData("tcp://127.0.0.1:1", "us; shutdown sessions server be/us")]
    public void HaProxy_UnusableOption_IsRefused(string address, string server)
    {
        var options = new HaProxyOptions
        {
            Name = "edge-1", Address = new Uri(address),
            Routes = new Dictionary<RegionId, HaProxyBackend> { [Us] = new("be", new Dictionary<RegionId, string> { [Us] = server }) },
        };

        Assert.Throws<ArgumentException>(() => new HaProxyTrafficTarget(options, TimeProvider.System));
    }

    [Theory]
    [InlineData("app.example", "A", "127.0.1.1")]
    [InlineData("app.example.", "A", "::1")]
    [InlineData("app.example.", "A", "127.0.1.1'}, {99,'127.0.6.6")]
    [InlineData("app.example.", "CNAME", "us.edge.example")]
    [InlineData("app.example.", "TXT", "text")]
    public void PowerDns_UnusableRoute_IsRefused(string zone, string type, string content) =>
        Assert.Throws<ArgumentException>(() => new PowerDnsTrafficTarget(PowerDns(zone, type, content, 1), TimeProvider.System));

    [Theory]
    [InlineData("secret-of-ours\n", "http://127.0.0.1:1")]
    [InlineData("secret-of-ours here", "http://127.0.0.1:1")]
    [InlineData("", "http://127.0.0.1:1")]
    [InlineData("secret-of-ours", "ftp://127.0.0.1:1")]
    public void Edge_UnusableTokenOrAddress_IsRefusedWithoutTellingTheToken(string token, string url)
    {
        var options = new EdgeOptions { Name = "edge-1", Url = new Uri(url), Token = token };

        var refusal = Assert.Throws<ArgumentException>(() => new EdgeTrafficTarget(options, TimeProvider.System));

        Assert.DoesNotContain("secret-of-ours", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Edge_TokenOfAnyVisibleCharacters_IsSentAsItIs()
    {
        var token = string.Concat(Enumerable.Range('!', '~' - '!' + 1).Select(static c => (char)c));
        await using var peer = ScriptedPeer.Answering(401, "no");
        using var target = new EdgeTrafficTarget(new EdgeOptions { Name = "edge-1", Url = peer.Address, Token = token }, TimeProvider.System);

        await Assert.ThrowsAsync<DependencyUnavailableException>(() => target.ReadAsync(TestContext.Current.CancellationToken));

        Assert.Equal($"Bearer {token}", Assert.Single(peer.Requests).Header("Authorization"));
    }

    internal static PowerDnsOptions PowerDns(string zone, string type, string content, int port) => new()
    {
        Name = "ns-1", Url = new Uri($"http://127.0.0.1:{port}"), ApiKey = Credential, Zone = zone,
        Routes = new Dictionary<RegionId, PowerDnsRoute> { [Us] = new("us." + zone, type, new Dictionary<RegionId, string> { [Us] = content }) },
    };
}
