using System.Text.Json.Nodes;
using Mahavishnu.Agents.Adapters.Traffic;
using Mahavishnu.Agents.Core.Traffic;
using Mahavishnu.Agents.Lab.Cloudflare;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Traffic.TargetWorld;

namespace Mahavishnu.Agents.Adapters.Tests.Traffic;

/// <summary>The contract and Cloudflare's own traits, against its stand-in.</summary>
public sealed class CloudflareTrafficTargetTests : TrafficTargetContract
{
    private CloudflareWorld Account => (CloudflareWorld)World;

    private CloudflareDouble Cloudflare => Account.Cloudflare;

    private int Changes => Cloudflare.Calls.Count(static call => call.IsChange);

    [Fact]
    public async Task Apply_Split_SetsWeightsAndDisablesTheRest()
    {
        await ApplyAsync("us 25 eu 75 | eu 100");

        var origins = Account.Pool("users-eu")["origins"]!.AsArray();
        Assert.Equal("""{"name":"us","address":"192.0.2.1","enabled":false,"weight":1}""", origins[0]!.ToJsonString());
        Assert.Equal("""{"name":"eu","address":"192.0.2.2","enabled":true,"weight":1}""", origins[1]!.ToJsonString());
        Assert.Equal(["0.25", "1", "0.75", "1"], Account.Pool("users-us")["origins"]!.AsArray().Select(static origin => origin!["weight"]!.ToJsonString()));
    }

    [Fact]
    public async Task Apply_OriginOfOursIsAbsent_IsAddedWithItsAddress()
    {
        await ApplyAsync("ap 100 | eu 100");

        var added = Account.Pool("users-us")["origins"]!.AsArray().Single(static origin => origin!["name"]!.ToString() == "ap");
        Assert.Equal("192.0.2.3", added!["address"]!.ToString());
        Assert.True(added["enabled"]!.GetValue<bool>());
    }

    [Fact]
    public async Task Apply_Change_SendsOnlyTheOrigins()
    {
        await ApplyAsync("eu 100 | eu 100");

        Assert.All(Cloudflare.Calls.Where(static call => call.IsChange), static call =>
        {
            Assert.Equal("PATCH", call.Method);
            Assert.Equal(["origins"], JsonNode.Parse(call.Body)!.AsObject().Select(static field => field.Key));
        });
    }

    [Fact]
    public async Task Apply_PoolChangedBySomebodyBetweenReadingAndWriting_SendsNothing()
    {
        var target = Account.Target();
        await target.ReadAsync(Cancellation);
        Cloudflare.EditPool("users-us", static pool => pool["origins"]![1]!["weight"] = 0.5);

        var outcome = await target.ApplyAsync(Command(Table("eu 100 | eu 100")), Cancellation);

        Assert.Equal(TrafficOutcomeKind.Unknown, outcome.Kind);
        Assert.Contains("somebody else", outcome.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(Cloudflare.Calls, call => call.IsChange && call.Path.Contains(Account.Pool("users-us")["id"]!.ToString(), StringComparison.Ordinal));
        Assert.Equal(TrafficOutcomeKind.Applied, (await target.ApplyAsync(Command(Table("eu 100 | eu 100")), Cancellation)).Kind);
        Assert.Equal(0.5, Account.Pool("users-us")["origins"]![1]!["weight"]!.GetValue<double>());
    }

    [Fact]
    public async Task PoolDisabledBySomebody_ReadsAsDrainedAndIsNotOverridden()
    {
        await ApplyAsync("us 100 | eu 100");
        Cloudflare.EditPool("users-us", static pool => pool["enabled"] = false);
        var before = await Account.StateAsync();

        var outcome = await Account.Target().ApplyAsync(Command(Table("eu 100 | us 100")), Cancellation);

        Assert.Equal(TrafficOutcomeKind.Refused, outcome.Kind);
        Assert.Contains("users-us is disabled", outcome.Detail, StringComparison.Ordinal);
        Assert.Equal(before, await Account.StateAsync());
        Assert.Equal(Table("| eu 100"), await Account.Target().ReadAsync(Cancellation));
    }

    [Fact]
    public async Task OriginWithAnotherAddress_MayBeDrainedButIsNotGivenTraffic()
    {
        await ApplyAsync("us 100 | eu 100");
        Cloudflare.EditPool("users-us", static pool =>
        {
            pool["origins"]![0]!["address"] = "198.51.100.1";
            pool["origins"]![2]!["address"] = "198.51.100.2";
        });

        var given = await Account.Target().ApplyAsync(Command(Table("eu 100 | eu 100")), Cancellation);
        var drained = await Account.Target().ApplyAsync(Command(Table("ap 100 | eu 100")), Cancellation);

        Assert.Equal((TrafficOutcomeKind.Refused, TrafficOutcomeKind.Applied), (given.Kind, drained.Kind));
        Assert.Contains("198.51.100.2", given.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_SuccessFalseUnderStatus200_IsRefused()
    {
        Cloudflare.Faults.RefuseQuietlyNext(1);

        var outcome = await Account.Target().ApplyAsync(Command(Table("eu 100 | eu 100")), Cancellation);

        Assert.Equal(TrafficOutcomeKind.Refused, outcome.Kind);
        Assert.Contains("1003", outcome.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_ReplyLostAfterTheChange_IsUnknownAndThenAlreadySo()
    {
        await ApplyAsync("us 100 | eu 100");
        Cloudflare.Faults.LoseReplyNext(1);
        var target = Account.Target();

        var first = await target.ApplyAsync(Command(Table("eu 100 | eu 100")), Cancellation);
        var second = await target.ApplyAsync(Command(Table("eu 100 | eu 100")), Cancellation);

        Assert.Equal((TrafficOutcomeKind.Unknown, TrafficOutcomeKind.AlreadySo), (first.Kind, second.Kind));
        Assert.Contains("may or may not", first.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServerError_ApplyIsUnknownAndReadIsUnavailable()
    {
        Cloudflare.Faults.FailNext(2);

        var outcome = await Account.Target().ApplyAsync(Command(Table("eu 100 | eu 100")), Cancellation);

        Assert.Equal(TrafficOutcomeKind.Unknown, outcome.Kind);
        Assert.Contains("503", outcome.Detail, StringComparison.Ordinal);
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Account.Target().ReadAsync(Cancellation));
    }

    [Fact]
    public async Task Read_TwiceWithinASecond_AsksOnceAndThenAgain()
    {
        var target = Account.Target();
        await target.ReadAsync(Cancellation);
        var calls = Cloudflare.Calls.Count;

        await target.ReadAsync(Cancellation);
        var within = Cloudflare.Calls.Count;
        Account.Time.Advance(TimeSpan.FromSeconds(1));
        await target.ReadAsync(Cancellation);

        Assert.Equal((calls, 2 * calls), (within, Cloudflare.Calls.Count));
    }

    [Fact]
    public async Task Read_RightAfterAnEffect_TellsItsResult()
    {
        var target = Account.Target();
        await target.ReadAsync(Cancellation);

        await target.ApplyAsync(Command(Table("ap 100 | us 50 eu 50")), Cancellation);

        Assert.Equal(Table("ap 100 | us 50 eu 50"), await target.ReadAsync(Cancellation));
    }

    [Fact]
    public async Task LimitUsedUp_NothingIsCalledUntilTheWindowIsOver()
    {
        // Two pages of pools use up the limit; the header says so before any call is refused.
        await using var world = await CloudflareWorld.StartAsync(callsInWindow: 2);
        var target = world.Target();
        await target.ReadAsync(Cancellation);
        world.Time.Advance(TimeSpan.FromSeconds(10));

        var outcome = await target.ApplyAsync(Command(Table("eu 100 | eu 100")), Cancellation);

        Assert.Equal(TrafficOutcomeKind.Unknown, outcome.Kind);
        Assert.Contains("another 290 s", outcome.Detail, StringComparison.Ordinal);
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => target.ReadAsync(Cancellation));
        Assert.Equal(2, world.Cloudflare.Calls.Count);
        world.Time.Advance(TimeSpan.FromSeconds(290));
        Assert.Equal(Table("us 50 eu 50 | us 34 ap 33 eu 33").Audiences, (await target.ReadAsync(Cancellation)).Audiences);
    }

    [Fact]
    public async Task TooManyRequests_RetryAfterIsKept()
    {
        await using var world = await CloudflareWorld.StartAsync(callsInWindow: 1);
        var target = world.Target();
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => world.Target().ReadAsync(Cancellation));

        // A second target has seen no header yet, so it meets the 429 itself.
        var first = await target.ApplyAsync(Command(Table("eu 100 | eu 100")), Cancellation);
        var calls = world.Cloudflare.Calls.Count;
        var second = await target.ApplyAsync(Command(Table("eu 100 | eu 100")), Cancellation);

        Assert.Equal((TrafficOutcomeKind.Unknown, TrafficOutcomeKind.Unknown), (first.Kind, second.Kind));
        Assert.Contains("another 300 s", first.Detail, StringComparison.Ordinal);
        Assert.Equal(2, calls);
        Assert.Equal(calls, world.Cloudflare.Calls.Count);
    }

    [Fact]
    public async Task Apply_RefusalForOnePool_LeavesTheOthersUntouched()
    {
        await ApplyAsync("us 100 | us 100");
        Cloudflare.EditPool("users-us", static pool => pool["enabled"] = false);
        var changes = Changes;

        var outcome = await Account.Target().ApplyAsync(Command(Table("eu 100 | eu 100")), Cancellation);

        Assert.Equal(TrafficOutcomeKind.Refused, outcome.Kind);
        Assert.Equal(changes, Changes);
    }

    protected override async Task<TargetWorld> StartWorldAsync() => await CloudflareWorld.StartAsync();
}
