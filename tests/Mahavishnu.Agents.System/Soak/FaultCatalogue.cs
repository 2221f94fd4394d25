using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Lab.World;
using Mahavishnu.Agents.System.Chaos;
using Mahavishnu.Agents.TestKit.Network;
using Mahavishnu.Agents.TestKit.Servers;
using Xunit;

namespace Mahavishnu.Agents.System.Soak;

/// <summary>Every kind of harm that can be done to a world, drawn by chance. Faults may overlap, but they begin and end one at a time.</summary>
/// <param name="world">A world with everything in it.</param>
/// <param name="random">Draws.</param>
internal sealed class FaultCatalogue(ChaosWorld world, Random random)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private RealTargets Targets => world.Targets!;

    /// <summary>Draws a fault.</summary>
    public Fault Draw()
    {
        var region = OneOf(world.Regions);
        var others = world.Others(region);
        var some = OneOf(others, [others[0]], [others[1]]);
        return OneOf<Func<Fault>>(
            () => Cut("partition", () => world.Network!.CutAsync(region, some, [Flow.In, Flow.Out])),
            () => OneWay(region, some, OneOf(Flow.In, Flow.Out), OneOf(true, false)),
            () => Loss(region, some, 0.1 + (0.4 * random.NextDouble())),
            () => Cut("cut from the targets", () => world.Network!.CutFromTargetsAsync(region)),
            () => Slow("slow links", region, some, LinkPace.Late(TimeSpan.FromMilliseconds(random.Next(50, 600)))),
            () => Slow("stalled links", region, some, OneOf(LinkPace.Stalled, LinkPace.Prompt with { StallsThere = true }, LinkPace.Prompt with { StallsBack = true })),
            () => Pause("leader stopped", () => world.Sightings.Leader?.Region ?? region, RegionPart.Agent),
            () => Pause("store stopped", () => region, RegionPart.Consul),
            () => Kill("leader killed", () => [world.Sightings.Leader?.Region ?? region], RegionPart.Agent),
            () => Kill("store killed", () => [region], RegionPart.Consul),
            () => Kill("most stores killed", () => others, RegionPart.Consul),
            () => Kill("region killed", () => [region], RegionPart.Service, RegionPart.Agent, RegionPart.Consul),
            () => new Fault("operator's failover", () => world.OrderFailoverAsync(region), () => Task.CompletedTask),
            () => Target("HAProxy", Targets.Proxy.Server, Targets.StartProxyAsync, OneOf(true, false)),
            () => Target("PowerDNS", Targets.Dns.Server, Targets.Dns.StartAsync, OneOf(true, false)))();
    }

    private T OneOf<T>(params IReadOnlyList<T> all) => all[random.Next(all.Count)];

    private Fault OneWay(RegionId region, IReadOnlyList<RegionId> peers, Flow flow, bool storesOnly) =>
        Cut("one-way cut", () => world.Network!.CutAsync(region, peers, [flow], storesOnly));

    private Fault Loss(RegionId region, IReadOnlyList<RegionId> peers, double ratio) =>
        Cut("loss", () => world.Network!.CutAsync(region, peers, [Flow.In, Flow.Out], ratio: ratio));

    private Fault Cut(string kind, Func<Task<Cut>> makeAsync)
    {
        Cut? cut = null;
        return new Fault(kind, async () => cut = await makeAsync(), async () =>
        {
            world.Tell($"end of a {kind}");
            await cut!.DisposeAsync();
        });
    }

    private Fault Slow(string kind, RegionId from, IReadOnlyList<RegionId> peers, LinkPace pace)
    {
        return new Fault(kind, () => Set(pace), () => Set(LinkPace.Prompt));

        Task Set(LinkPace now)
        {
            world.Tell($"links from {from} to {string.Join(" and ", peers)}: {now}");
            foreach (var to in peers)
            {
                world.Links!.Set(from, to, now);
            }

            return Task.CompletedTask;
        }
    }

    private Fault Pause(string kind, Func<RegionId> where, RegionPart part)
    {
        Func<Task>? resume = null;
        return new Fault(kind, async () => resume = await world.PauseAsync(where(), part), () => resume?.Invoke() ?? Task.CompletedTask);
    }

    private Fault Kill(string kind, Func<IReadOnlyList<RegionId>> where, params RegionPart[] parts)
    {
        IReadOnlyList<RegionId> killed = [];
        return new Fault(
            kind,
            () => Task.WhenAll((killed = where()).Select(region => world.KillAsync(region, parts))),
            () =>
            {
                foreach (var region in killed)
                {
                    world.Tell($"{string.Join(", ", parts)} of {region}: started again");
                    world[region].Start(parts);
                }

                return Task.CompletedTask;
            });
    }

    private Fault Target(string name, LocalServer server, Func<CancellationToken, Task> startAsync, bool kill)
    {
        return kill
            ? new Fault($"{name} killed", () => Told("SIGKILL", server.KillAsync), () => Told("started again", () => server.Runs ? Task.CompletedTask : startAsync(Cancelled)))
            : new Fault($"{name} stopped", () => Told("SIGSTOP", () => server.PauseAsync(Cancelled)), () => Told("SIGCONT", () => server.ResumeAsync(Cancelled)));

        Task Told(string what, Func<Task> doAsync)
        {
            world.Tell($"{name}: {what}");
            return doAsync();
        }
    }
}
