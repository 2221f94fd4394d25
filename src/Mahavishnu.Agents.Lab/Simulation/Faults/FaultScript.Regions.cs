using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Lab.Simulation.World;

namespace Mahavishnu.Agents.Lab.Simulation.Faults;

/// <content>Regions, their services, measurements, and the targets of traffic.</content>
internal sealed partial class FaultScript
{
    private bool Regions(Fault fault)
    {
        var region = fault.Who == Fault.Target && world.Judge.Latest is { } saga ? saga.Target
            : fault.Who == Fault.Leader && world.Leader is { } leader ? leader.Region
            : world.Shape.Regions[Math.Abs(fault.Who) % world.Shape.Regions.Count].Region;
        var service = world.ServiceOf(region);
        switch (fault.Kind)
        {
            case FaultKind.RegionOutage:
                Outage(region, fault);
                return true;
            case FaultKind.ServiceDead or FaultKind.ServiceIll or FaultKind.ServiceLies:
                service.Condition = fault.Kind == FaultKind.ServiceDead ? ServiceCondition.Dead : fault.Kind == FaultKind.ServiceIll ? ServiceCondition.Ill : ServiceCondition.Lying;
                Later(fault, () => service.Condition = ServiceCondition.Well);
                return true;
            case FaultKind.ServiceFlaps:
                Flap(service, fault, 24);
                return true;
            case FaultKind.ServiceMended:
                Mend(region);
                return true;
            case FaultKind.LagLies:
                world.Data.Lie = LieOf(fault);
                Later(fault, () => world.Data.Lie = static sample => sample);
                return true;
            case FaultKind.DnsPartial:
                var dns = world.Targets[^1];
                dns.ServersThatObey = Math.Abs(fault.Other) % dns.Routes.Count;
                Later(fault, () => dns.ServersThatObey = dns.Routes.Count);
                return true;
            case FaultKind.TargetGone:
                foreach (var target in world.Targets.Where((_, index) => fault.Size < 0.4 || index == Math.Abs(fault.Other) % world.Targets.Count))
                {
                    Down(target.End, fault);
                }

                return true;
            default:
                return false;
        }
    }

    private void Outage(RegionId region, Fault fault)
    {
        world.ServiceOf(region).Condition = ServiceCondition.Dead;
        Down(world.ServiceOf(region).End, fault);
        Down(world.DatabaseEnds[region], fault);
        foreach (var store in world.Stores.Where(s => s.Store.Region == region))
        {
            Down(store.End, fault);
        }

        foreach (var agent in world.Agents.Where(a => a.Region == region && a.Alive))
        {
            agent.Crash();
            Later(fault, () => StartIfDead(agent));
        }

        Later(fault, () => world.ServiceOf(region).Condition = ServiceCondition.Well);
    }

    private void Mend(RegionId region)
    {
        world.ServiceOf(region).Condition = ServiceCondition.Well;
        world.Network.SetUp(world.ServiceOf(region).End, true);
        world.Network.SetUp(world.DatabaseEnds[region], true);
    }

    private void Flap(SimulatedService service, Fault fault, int times)
    {
        if (_over || times == 0)
        {
            return;
        }

        service.Condition = times % 2 == 0 ? ServiceCondition.Dead : ServiceCondition.Well;
        world.Queue.After(world.Shape.ProbeInterval * (1 + (4 * fault.Size)), () => Flap(service, fault, times - 1));
    }

    private static Func<LagSample, LagSample?> LieOf(Fault fault) => (Math.Abs(fault.Other) % 5) switch
    {
        0 => static _ => null,
        1 => static s => s with { Lag = -s.Lag - TimeSpan.FromSeconds(1) },
        2 => static s => s with { At = s.At - TimeSpan.FromHours(1) },
        3 => static s => s with { Lag = s.Lag + TimeSpan.FromHours(2) },
        _ => static s => s with { At = s.At + TimeSpan.FromSeconds(5) },
    };
}
