using Mahavishnu.Agents.Lab.Simulation.World;

namespace Mahavishnu.Agents.Lab.Simulation.Faults;

/// <content>Links.</content>
internal sealed partial class FaultScript
{
    private bool Links(Fault fault)
    {
        switch (fault.Kind)
        {
            case FaultKind.PartitionRegion:
                Partition(fault, outward: true, inward: true);
                return true;
            case FaultKind.PartitionOneWay:
                Partition(fault, outward: fault.Size < 0.5, inward: fault.Size >= 0.5);
                return true;
            case FaultKind.CutLink:
                var (agent, store) = (AgentOf(fault.Who), world.Stores[Math.Abs(fault.Other) % world.Stores.Count]);
                CutFor(fault, fault.Size < 0.5 ? [(agent.End, store.End)] : [(store.End, agent.End)]);
                return true;
            case FaultKind.IsolateObserver:
                CutFor(fault, [.. Probed(AgentOf(fault.Who))]);
                return true;
            case FaultKind.SwizzleClog:
                Swizzle(fault);
                return true;
            case FaultKind.Storm:
                world.Network.Weather = new Weather(fault.Size * 0.4, world.Random.NextDouble() * 0.3, world.Random.NextDouble() * 0.2, _timing.Validity * 2 * world.Random.NextDouble());
                Later(fault, () => world.Network.Weather = Weather.Fair);
                return true;
            case FaultKind.SlowEnd:
                var end = AgentOf(fault.Who).End;
                world.Network.Slow(end, _timing.RequestTimeout * 2 * fault.Size);
                Later(fault, () => world.Network.Slow(end, TimeSpan.Zero));
                return true;
            default:
                return false;
        }
    }

    /// <summary>Heartbeats go on as ever in the agent's eyes; then it hears nothing more, and its sessions are gone everywhere.</summary>
    private void Depose(SimulatedAgent agent, Fault fault)
    {
        if (_over)
        {
            return;
        }

        foreach (var other in world.Agents)
        {
            other.HeartbeatFate = null;
        }

        CutFor(fault, [.. world.Stores.SelectMany(s => new[] { (agent.End, s.End), (s.End, agent.End) })]);
        foreach (var store in world.Stores)
        {
            if (store.Store.State.Leader?.Session is { } session)
            {
                store.Store.KillSession(session);
            }
        }
    }

    private void Partition(Fault fault, bool outward, bool inward)
    {
        var inside = EndsOf(world.Shape.Quorum[Math.Abs(fault.Who) % world.Shape.Quorum.Count]);
        var outside = world.Shape.Quorum.SelectMany(EndsOf).Except(inside).Concat(world.Targets.Select(static t => t.End)).ToList();
        CutFor(fault, [.. inside.SelectMany(i => outside.SelectMany(o => new[] { (i, o, outward), (o, i, inward) })).Where(static c => c.Item3).Select(static c => (c.Item1, c.Item2))]);
    }

    private List<int> EndsOf(Core.Regions.RegionId region) =>
    [
        .. world.Stores.Where(s => s.Store.Region == region).Select(static s => s.End),
        .. world.Agents.Where(a => a.Region == region).Select(static a => a.End),
        world.ServiceOf(region).End,
        world.DatabaseEnds[region],
    ];

    private IEnumerable<(int, int)> Probed(SimulatedAgent agent) =>
        world.Shape.Regions.Select(r => (agent.End, world.ServiceOf(r.Region).End));

    private void Swizzle(Fault fault)
    {
        var links = world.Agents.SelectMany(a => world.Stores.SelectMany(s => new[] { (a.End, s.End), (s.End, a.End) })).Where(_ => world.Random.NextDouble() < 0.6).ToArray();
        world.Random.Shuffle(links);
        var step = fault.For / (2 * Math.Max(1, links.Length));
        for (var index = 0; index < links.Length; index++)
        {
            var link = links[index];
            world.Queue.After(step * index, () => CutUnlessOver(link));
        }

        world.Random.Shuffle(links);
        for (var index = 0; index < links.Length; index++)
        {
            var link = links[index];
            world.Queue.After((fault.For / 2) + (step * index), () => MendUnlessOver(link));
        }
    }

    private void CutFor(Fault fault, IReadOnlyList<(int From, int To)> links)
    {
        foreach (var link in links)
        {
            CutUnlessOver(link);
        }

        Later(fault, () =>
        {
            foreach (var link in links)
            {
                MendUnlessOver(link);
            }
        });
    }

    private void CutUnlessOver((int From, int To) link)
    {
        if (!_over)
        {
            world.Network.Cut(link.From, link.To);
        }
    }

    private void MendUnlessOver((int From, int To) link)
    {
        if (!_over)
        {
            world.Network.Mend(link.From, link.To);
        }
    }
}
