using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Regions;
using Xunit;

namespace Mahavishnu.Agents.Tests.Hosting;

/// <summary>Records that somebody else wrote. Nothing is done because of them, none is overwritten, and the status tells of each.</summary>
[Collection(RunningAgents.Name)]
public sealed class MalformedRecordTests
{
    private const string NewerJournal = """{"format":2,"epoch":7,"sequence":3,"somethingNew":true}""";

    [Theory]
    //          key under votes/                    what the problem says
    [InlineData("eu-west-1/eu-west-1-1",            "garbage",              "")]
    [InlineData("eu-west-1/eu-west-1-1",            "future",               "the vote has format 2")]
    [InlineData("ap-southeast-1/ap-southeast-1-1",  "another's",            "does not stand under its author's key")]
    public async Task Vote_Malformed_IsAProblemInTheStatusAndCountsForNothing(string key, string kind, string problem)
    {
        await using var world = await WithRecordAsync("votes/" + key, VoteOf(kind, 1), AgentWorld.Quorum);
        var counter = 1;

        var status = await Until.SeenAsync("the problem, after the vote has changed", async () =>
        {
            await world.PutKeyAsync(AgentWorld.Us, "votes/" + key, VoteOf(kind, ++counter));
            return await world.StatusAsync(AgentWorld.Us) is var seen && Problems(seen).Any(p => p.StartsWith($"vote {AgentWorld.Prefix}votes/{key} at ", StringComparison.Ordinal)) && counter > 20 ? seen : null;
        });

        Assert.Contains(problem, Problems(status).First(static p => p.StartsWith("vote ", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.All(status["regions"]!.AsArray(), static region => Assert.Equal(("Unknown", false), ((string?)region!["condition"], region["sightings"]!.AsArray().Any(static s => ((string)s!).Contains("Down", StringComparison.Ordinal)))));
        await world.LeaderAsync();
    }

    [Theory]
    [InlineData("garbage",    1)]
    [InlineData("garbage",    3)]
    [InlineData("{}",         3)]
    [InlineData(NewerJournal, 1)]
    [InlineData(NewerJournal, 3)]
    public async Task Journal_Unreadable_StopsElectionsIsToldAndStays(string journal, int stores)
    {
        var written = AgentWorld.Quorum.Take(stores).ToList();
        await using var world = await WithRecordAsync("journal/current", journal, written);

        await Until.TrueAsync("an election that ended because of the record", () => Task.FromResult(Alarms(world).Count >= 1));

        var status = await world.StatusAsync(AgentWorld.Us);
        Assert.NotEqual("Leader", AgentWorld.Role(status));
        Assert.Equal(stores, Problems(status).Count(static p => p.Contains("journal/current cannot be read", StringComparison.Ordinal)));
        Assert.All(Alarms(world), static reason => Assert.Contains("the journal record cannot be read", reason, StringComparison.Ordinal));
        Assert.Equal(Alarms(world).Distinct(), Alarms(world));
        foreach (var store in AgentWorld.Quorum)
        {
            Assert.Equal(written.Contains(store) ? journal : null, await world.KeyAsync(store, "journal/current"));
        }

        Assert.DoesNotContain(world.Edge.Control.History, static effect => true);
    }

    [Theory]
    [InlineData("""{"version":1,"stores":["us-east-1","somewhere-else"]}""")]
    [InlineData("""{"version":9,"stores":["ap-southeast-1","eu-west-1","us-east-1"]}""")]
    [InlineData("garbage")]
    public async Task Members_OfAnotherList_KeepTheAgentFromCampaigningAndItSaysWhy(string members)
    {
        await using var world = await WithRecordAsync("members", members, [AgentWorld.Eu]);

        var status = await Until.SeenAsync("the reason", async () =>
            await world.StatusAsync(AgentWorld.Us) is var seen && ((string)seen["leadership"]!["reason"]!).Contains("another list of stores", StringComparison.Ordinal) ? seen : null);

        Assert.Equal("Follower", AgentWorld.Role(status));
        Assert.Contains(members, (string?)status["leadership"]!["reason"], StringComparison.Ordinal);
        Assert.Equal(members, await world.KeyAsync(AgentWorld.Eu, "members"));
        foreach (var store in AgentWorld.Quorum)
        {
            Assert.Null(await world.KeyAsync(store, "epoch"));
        }
    }

    [Fact]
    public async Task Heartbeat_Garbage_IsToldAndWaitedOutLikeAStrangers()
    {
        await using var world = await WithRecordAsync("heartbeat", "garbage", AgentWorld.Quorum);

        await Until.TrueAsync("the problem", async () => Problems(await world.StatusAsync(AgentWorld.Us)).Count(static p => p.Contains("heartbeat cannot be read", StringComparison.Ordinal)) == 3);
        Assert.Equal(AgentWorld.Us, await world.LeaderAsync());
    }

    [Theory]
    [InlineData("seven")]
    [InlineData("-1")]
    [InlineData("99999999999999999999")]
    public async Task Epoch_GarbageAtOneStore_LeavesThatStoreOut(string epoch)
    {
        await using var world = await WithRecordAsync("epoch", epoch, [AgentWorld.Eu]);

        Assert.Equal(AgentWorld.Us, await world.LeaderAsync());
        var status = await world.StatusAsync(AgentWorld.Us);
        Assert.Contains(Problems(status), static p => p.StartsWith("eu-west-1: epoch is not a positive number", StringComparison.Ordinal));
        Assert.Equal(2, (int)status["leadership"]!["countedStores"]!);
        Assert.Equal(epoch, await world.KeyAsync(AgentWorld.Eu, "epoch"));
    }

    [Fact]
    public async Task Epoch_GarbageAtAMajority_LetsNobodyLead()
    {
        await using var world = await WithRecordAsync("epoch", "seven", [AgentWorld.Eu, AgentWorld.Ap]);

        await Until.TrueAsync("an election that ended because of the epochs", async () =>
            ((string)(await world.StatusAsync(AgentWorld.Us))["leadership"]!["reason"]!).Contains("1 of 3 stores with their data agreed while reading the epoch", StringComparison.Ordinal));

        Assert.Equal(("seven", "seven", null), (await world.KeyAsync(AgentWorld.Eu, "epoch"), await world.KeyAsync(AgentWorld.Ap, "epoch"), await world.KeyAsync(AgentWorld.Us, "epoch")));
    }

    [Fact]
    public async Task Maintenance_Garbage_PausesAutomationUntilItIsSetAgain()
    {
        await using var world = await WithRecordAsync("maintenance", "garbage", [AgentWorld.Ap]);

        await Until.TrueAsync("the pause and the problem", async () => await world.StatusAsync(AgentWorld.Us) is var seen && (bool)seen["maintenance"]!["on"]!
            && (string?)seen["maintenance"]!["reason"] == "the maintenance record cannot be read"
            && Problems(seen).Any(static p => p.StartsWith("ap-southeast-1: maintenance cannot be read", StringComparison.Ordinal)));
        Assert.Equal("garbage", await world.KeyAsync(AgentWorld.Ap, "maintenance"));

        Assert.Equal(200, (await world.PostAsync(AgentWorld.Us, "/v1/maintenance", """{"on":false,"reason":"repaired"}""")).Status);
        await Until.TrueAsync("automation goes on", async () => await world.StatusAsync(AgentWorld.Us) is var seen && !(bool)seen["maintenance"]!["on"]! && !Problems(seen).Any());
    }

    /// <summary>A world in which a record stands at some stores before its one agent starts.</summary>
    private static async Task<AgentWorld> WithRecordAsync(string key, string value, IReadOnlyList<RegionId> stores)
    {
        var world = await AgentWorld.CreateAsync(new WorldOptions(), TestContext.Current.CancellationToken);
        foreach (var store in stores)
        {
            await world.PutKeyAsync(store, key, value);
        }

        await world.StartAgentAsync(AgentWorld.Us, TestContext.Current.CancellationToken);
        return world;
    }

    private static IEnumerable<string> Problems(System.Text.Json.Nodes.JsonNode status) => status["problems"]!.AsArray().Select(static p => (string)p!);

    private static List<string> Alarms(AgentWorld world) =>
        [.. world.Audit(AgentWorld.Us).Where(static l => (string?)l["action"] == "page").Select(static l => (string)l["details"]!["reason"]!)];

    private static string VoteOf(string kind, int counter)
    {
        var vote = new Vote("eu-west-1-1", AgentWorld.Eu, "0123456789abcdef", counter, null, "http://127.0.0.1:1/", [new RegionView(AgentWorld.Us, RegionCondition.Down, 0, [])]).ToText();
        return kind switch
        {
            "garbage" => $"garbage {counter}",
            "future" => vote.Replace("\"format\":1", "\"format\":2", StringComparison.Ordinal),
            _ => vote,
        };
    }
}
