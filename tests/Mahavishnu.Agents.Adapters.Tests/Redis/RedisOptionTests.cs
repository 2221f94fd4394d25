using Mahavishnu.Agents.Adapters.Redis;
using Mahavishnu.Agents.Core.Regions;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.Redis;

/// <summary>Options that cannot be used are refused when the node is made, by name.</summary>
public sealed class RedisOptionTests
{
    private static readonly RegionId Region = new("eu-west-1");
    private static readonly IReadOnlyList<RedisEndPoint> One = [new RedisEndPoint("redis.example", 6379)];

    public static TheoryData<RedisOptions, string> Rows { get; } = new()
    {
        { new RedisOptions { Region = Region, Endpoints = [] }, "at least one endpoint" },
        { new RedisOptions { Region = Region, Endpoints = [new RedisEndPoint("redis.example", 65536)] }, "a port from 1 to 65535" },
        { new RedisOptions { Region = Region, Endpoints = One, KeyPrefix = "a{b}" }, "'a{b}' must hold no brace" },
        { new RedisOptions { Region = Region, Endpoints = One, ConnectTimeout = TimeSpan.Zero }, "above 0 s" },
        { new RedisOptions { Region = Region, Endpoints = One, RootCertificate = "/root.pem" }, "no TLS" },
        { new RedisOptions { Region = Region, Endpoints = One, ApplicationUser = "default" }, "not the agent's own user" },
        { new RedisOptions { Region = Region, Endpoints = One, Username = "agent", ApplicationUser = "agent" }, "not the agent's own user" },
        { new RedisOptions { Region = Region, Endpoints = One, Tls = true, RootCertificate = "/nowhere/root.pem" }, "/nowhere/root.pem cannot be read" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void RedisNode_UnusableOption_IsRefusedByName(RedisOptions options, string words) =>
        Assert.Contains(words, Assert.Throws<ArgumentException>(() => new RedisNode(options, TimeProvider.System)).Message, StringComparison.Ordinal);
}
