using Xunit;

namespace Mahavishnu.Agents.System.Chaos;

/// <summary>A real HAProxy and a real PowerDNS as traffic targets beside the edge, judged by what they themselves say.</summary>
public sealed class TargetTests
{
    [Fact]
    public async Task Targets_OneDiesAndOneHangsInTheMiddleOfAFailover_BothAreBroughtToItAndFollowItBack()
    {
        await using var world = await ChaosWorld.StartAsync(new ChaosOptions { RealTargets = true });
        world.Begin();
        var targets = world.Targets!;
        var source = world.Others(world.Leader.Region)[0];
        await world.KillRegionAsync(source);
        await world.UntilAsync("a failover is under way", Limits.Verdict, () => world.Sightings.Sagas.Count > 0);
        world.Tell("HAProxy dies, PowerDNS hangs");
        await Task.WhenAll(targets.Proxy.Server.KillAsync(), targets.Dns.Server.PauseAsync(TestContext.Current.CancellationToken));
        await world.UntilAsync("the edge moves the users", Limits.Saga, async () => (await world.Edge.StateAsync())?.Routes.Shares(source) is { Count: 1 } shares && !shares.ContainsKey(source) ? null : "not yet");

        // HAProxy comes back as its configuration says: with everybody at home.
        world.Tell("HAProxy is started, PowerDNS goes on");
        await targets.Dns.Server.ResumeAsync(TestContext.Current.CancellationToken);
        await targets.StartProxyAsync(TestContext.Current.CancellationToken);
        await world.SettleAsync(lost: source);

        await world.StartAsync(source);
        await world.SettleAsync();
    }

    [Fact]
    public async Task PowerDns_RefusesDuringAFailover_TheUsersOfTheOthersAreMovedAndItFollows()
    {
        await using var world = await ChaosWorld.StartAsync(new ChaosOptions { RealTargets = true });
        world.Begin();
        var source = world.Others(world.Leader.Region)[0];
        world.Tell("the zone is gone: PowerDNS refuses whatever it is asked");
        await world.Targets!.DeleteZoneAsync(TestContext.Current.CancellationToken);
        await world.KillRegionAsync(source);
        await world.UntilAsync("the failover is complete", Limits.Saga, () => world.Sightings.Sagas.Any(static s => s.Phase == "Complete"));
        var edge = await world.Edge.StateAsync();
        world.Expect(edge?.Routes.Shares(source) is { Count: 1 } shares && !shares.ContainsKey(source), $"the edge has {edge?.Routes}");

        world.Tell("the zone is back");
        await world.Targets.CreateZoneAsync(TestContext.Current.CancellationToken);
        await world.SettleAsync(lost: source);
    }
}
