using Mahavishnu.Agents.Adapters.Consul;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Consul.ClientFixture;

namespace Mahavishnu.Agents.Adapters.Tests.Consul;

/// <summary>The token is in one header and nowhere else.</summary>
public sealed class TokenTests
{
    private const string Secret = "b1gs3cr3t-882b-9ddc";

    [Fact]
    public async Task Token_Rotated_IsAskedForAtEachRequest()
    {
        await using var peer = ScriptedPeer.Answering(200, "true");
        var tokens = new Queue<string?>(["first", "second\n", "", null]);
        using var client = new ConsulClient(new ConsulOptions { Address = peer.Address, Token = tokens.Dequeue }, TimeProvider.System);

        for (var i = 0; i < 4; i++)
        {
            Assert.True(Value(await client.Keys.PutAsync("a", default, Deadline, Cancellation)));
        }

        Assert.Equal(["first", "second", null, null], peer.Requests.Select(r => r.Header("X-Consul-Token")));
    }

    [Theory]
    [InlineData(403)]
    [InlineData(500)]
    [InlineData(418)]
    public async Task Token_EchoedByTheServer_IsMaskedInTheResult(int status)
    {
        await using var peer = ScriptedPeer.Answering(status, $"ACL not found for {Secret}");
        using var client = Connect(peer.Address, token: Secret);

        var result = await client.Keys.PutAsync("a", default, Deadline, Cancellation);

        Assert.Contains("ACL not found for ***", result.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, result.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, (await peer.NextAsync()).RequestLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Secret + "\r\nX-Injected: 1")]
    [InlineData(Secret + " x")]
    [InlineData(Secret + "é")]
    public async Task Token_ThatNoHeaderCarries_IsNotSentNorShown(string token)
    {
        await using var peer = ScriptedPeer.Answering(200, "true");
        using var client = Connect(peer.Address, token: token);

        var result = await client.Keys.PutAsync("a", default, Deadline, Cancellation);

        Assert.IsType<ConsulResult<bool>.Unreachable>(result);
        Assert.DoesNotContain(Secret, result.ToString(), StringComparison.Ordinal);
        Assert.Empty(peer.Requests);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(307)]
    public async Task Token_Redirected_IsNotCarriedElsewhere(int status)
    {
        await using var elsewhere = ScriptedPeer.Answering(200, "true");
        await using var peer = ScriptedPeer.Answering(status, "", $"Location: {elsewhere.Address}v1/kv/a");
        using var client = Connect(peer.Address, token: Secret);

        Assert.IsType<ConsulResult<bool>.Unknown>(await client.Keys.PutAsync("a", default, Deadline, Cancellation));
        Assert.IsType<ConsulResult<ConsulEntry?>.Unknown>(await client.Keys.GetAsync("a", true, Deadline, Cancellation));
        Assert.Empty(elsewhere.Requests);
    }
}
