using Mahavishnu.Agents.Core.Failover;

namespace Mahavishnu.Agents.Lab.Simulation.Faults;

/// <content>Operators, sensible and not.</content>
internal sealed partial class FaultScript
{
    private long _maintenance;

    private bool People(Fault fault)
    {
        var regions = world.Shape.Regions;
        var region = regions[Math.Abs(fault.Who) % regions.Count].Region;
        switch (fault.Kind)
        {
            case FaultKind.OperatorFailover:
                var to = fault.Size < 0.5 ? (Core.Regions.RegionId?)null : regions[Math.Abs(fault.Other) % regions.Count].Region;
                Ask(new OperatorRequest(SagaKind.Failover, region, to, Force: fault.Other % 2 == 0, "a mistake, perhaps", "operator"));
                return true;
            case FaultKind.OperatorFailback:
                Ask(new OperatorRequest(SagaKind.Failback, region, null, Force: fault.Other % 2 == 0, "it looks well", "operator"));
                return true;
            case FaultKind.OperatorPause:
                Maintain(on: true);
                Later(fault, () => Maintain(on: false));
                return true;
            default:
                return false;
        }
    }

    /// <summary>Everybody who takes himself for the leader is asked: an operator does not know better.</summary>
    private void Ask(OperatorRequest request)
    {
        foreach (var agent in world.Agents.Where(static a => a.TermEpoch > 0 && a.Alive))
        {
            agent.Ask(request);
        }
    }

    private void Maintain(bool on)
    {
        var record = new MaintenanceRecord(++_maintenance, on, on ? "works" : "done", "operator").ToText();
        foreach (var store in world.Stores.Where(s => world.Network.IsUp(s.End)))
        {
            store.Store.PutMaintenance(record);
        }
    }
}
