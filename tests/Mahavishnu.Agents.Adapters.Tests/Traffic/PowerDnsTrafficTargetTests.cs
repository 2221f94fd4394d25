using System.Text.Json.Nodes;
using Mahavishnu.Agents.Adapters.Traffic;
using Mahavishnu.Agents.Adapters.Traffic.PowerDns;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Traffic.TargetWorld;

namespace Mahavishnu.Agents.Adapters.Tests.Traffic;

/// <summary>The contract and DNS's own traits, against a real PowerDNS.</summary>
public sealed class PowerDnsTrafficTargetTests : TrafficTargetContract
{
    private PowerDnsWorld Dns => (PowerDnsWorld)World;

    [Theory]
    [InlineData("us 100 | eu 100", "127.0.1.1")]
    [InlineData("eu 100 | eu 100", "127.0.1.2")]
    [InlineData("| eu 100")]
    public async Task Apply_OneServingRegion_IsWhatResolversAreTold(string table, params string[] addresses)
    {
        await ApplyAsync("us 50 eu 50 | eu 100");

        await ApplyAsync(table);

        Assert.Equal(addresses, await Dns.AddressesAsync("us.app.example."));
    }

    [Fact]
    public async Task Apply_Split_ResolversAreToldInThatProportion()
    {
        await ApplyAsync("us 80 eu 20 | eu 100");

        var answers = new List<string>();
        for (var i = 0; i < 200; i++)
        {
            answers.Add(Assert.Single(await Dns.AddressesAsync("us.app.example.")));
        }

        // 160 are expected; 5 standard deviations are 28.
        Assert.InRange(answers.Count(static answer => answer == "127.0.1.1"), 132, 188);
        Assert.All(answers, static answer => Assert.True(answer is "127.0.1.1" or "127.0.1.2"));
    }

    [Fact]
    public async Task Apply_Drained_KeepsTheRecordsDisabled()
    {
        await ApplyAsync("| eu 100");

        var set = JsonNode.Parse(await Dns.StateAsync())!["rrsets"]!.AsArray().Single(static s => s!["name"]!.ToString() == "us.app.example." && s["type"]!.ToString() == "A");
        Assert.Equal(["127.0.1.1", "127.0.1.2", "127.0.1.3"], set!["records"]!.AsArray().Select(static r => r!["content"]!.ToString()).Order());
        Assert.All(set["records"]!.AsArray(), static record => Assert.True(record!["disabled"]!.GetValue<bool>()));
    }

    [Fact]
    public async Task Apply_OtherTimeToLive_IsCorrected()
    {
        await ApplyAsync("us 100 | eu 100");
        await Dns.ReplaceAsync("us.app.example.", "A", ("127.0.1.1", false), ("127.0.1.2", true), ("127.0.1.3", true));

        var outcome = await ApplyAsync("us 100 | eu 100");

        Assert.Equal(TrafficOutcomeKind.Applied, outcome.Kind);
        Assert.Contains("us.app.example.", outcome.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("A", "127.0.7.7")]
    [InlineData("LUA", "A \"pickwrandom({{50,'127.0.1.1'},{50,'127.0.7.7'}})\"")]
    [InlineData("LUA", "A \"ifportup(443, {'127.0.1.1'})\"")]
    [InlineData("LUA", "AAAA \"pickwrandom({{50,'::1'},{50,'::2'}})\"")]
    public async Task ForeignContent_ReadLeavesItOutAndApplyRefusesNamingIt(string type, string content)
    {
        await ApplyAsync("us 100 | eu 100");
        await Dns.ReplaceAsync("us.app.example.", type, (content, false));
        var before = await Dns.StateAsync();

        var outcome = await Dns.Target().ApplyAsync(Command(Table("eu 100 | us 100")), Cancellation);

        Assert.Equal(TrafficOutcomeKind.Refused, outcome.Kind);
        Assert.Contains(content, outcome.Detail, StringComparison.Ordinal);
        Assert.Equal(before, await Dns.StateAsync());
        Assert.Equal([Eu], (await Dns.Target().ReadAsync(Cancellation)).Audiences);
    }

    [Fact]
    public async Task Read_SeveralPlainRecords_AreEqualShares()
    {
        await Dns.ReplaceAsync("us.app.example.", "A", ("127.0.1.1", false), ("127.0.1.3", false));

        var table = await Dns.Target().ReadAsync(Cancellation);

        Assert.Equal([(Ap, 50), (Us, 50)], table.Shares(Us).Select(static share => (share.Key, share.Value)));
    }

    [Theory]
    [InlineData("CNAME", "US.edge.example.", "eu.edge.example.")]
    [InlineData("AAAA", "2001:DB8:0:0::1", "2001:db8::2")]
    public async Task Apply_OtherTypes_SplitMoveAndDrainReadBack(string type, string us, string eu)
    {
        var target = Dns.WithRoute(new PowerDnsRoute("other.app.example.", type, new Dictionary<RegionId, string> { [Us] = us, [Eu] = eu }));
        RoutingTable[] tables =
        [
            RoutingTable.Empty.With(Us, (Us, 100)), RoutingTable.Empty.With(Us, (Us, 10), (Eu, 90)), RoutingTable.Empty.With(Us, (Eu, 100)),
            RoutingTable.Empty.With(Us), RoutingTable.Empty.With(Us, (Us, 50), (Eu, 50)),
        ];

        foreach (var table in tables)
        {
            var first = await target.ApplyAsync(Command(table), Cancellation);
            var second = await target.ApplyAsync(Command(table), Cancellation);

            Assert.Equal((TrafficOutcomeKind.Applied, TrafficOutcomeKind.AlreadySo), (first.Kind, second.Kind));
            Assert.Equal(table, await target.ReadAsync(Cancellation));
        }
    }

    [Fact]
    public async Task Apply_UnknownZone_IsRefusedByName()
    {
        var target = new PowerDnsTrafficTarget(TrafficTargetOptionTests.PowerDns("nowhere.example.", "A", "127.0.1.1", Dns.ApiPort), TimeProvider.System);

        var outcome = await target.ApplyAsync(Command(RoutingTable.Empty.With(Us, (Us, 100))), Cancellation);

        Assert.Equal(TrafficOutcomeKind.Refused, outcome.Kind);
        Assert.Contains("nowhere.example.", outcome.Detail, StringComparison.Ordinal);
    }

    protected override async Task<TargetWorld> StartWorldAsync() => await PowerDnsWorld.StartAsync();
}
