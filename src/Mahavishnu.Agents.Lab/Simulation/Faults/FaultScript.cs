using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Lab.Simulation.World;

namespace Mahavishnu.Agents.Lab.Simulation.Faults;

/// <summary>Carries planned faults out in a world. The parts: this file holds agents and stores, <c>Regions</c> services and targets, <c>Network</c> the links, <c>People</c> the operators.</summary>
internal sealed partial class FaultScript(SimulationWorld world)
{
    private readonly LeadershipTiming _timing = world.Shape.Timing;
    private ControlState? _backup;

    /// <summary>Plans every fault of a list.</summary>
    public void Plan(IEnumerable<Fault> faults)
    {
        foreach (var fault in faults)
        {
            if (fault.Kind == FaultKind.KillAtWrite)
            {
                // Counted by the kill itself: one that is never come to did no harm.
                world.Kills.Arm(fault.Point, fault.For);
            }
            else if (fault.When is { } state)
            {
                world.Kills.When(state.Step, state.Phase, () => world.Queue.After(fault.At, () => Do(fault)));
            }
            else
            {
                world.Queue.At(fault.At, () => Do(fault));
            }
        }
    }

    /// <summary>Ends everything that is wrong and starts whatever is dead. Nothing goes wrong any more.</summary>
    public void Heal()
    {
        world.Note("world", "is healed");
        _over = true;
        world.Kills.Disarm();
        world.Network.Heal();
        world.Data.Lie = static sample => sample;
        foreach (var store in world.Stores)
        {
            (store.Mood, store.Store.LockDelay) = (StoreMood.Well, TimeSpan.Zero);
            world.Network.SetUp(store.End, true);
        }

        foreach (var region in world.Shape.Regions)
        {
            Mend(region.Region);
        }

        foreach (var target in world.Targets)
        {
            target.ServersThatObey = target.Routes.Count;
            world.Network.SetUp(target.End, true);
        }

        foreach (var agent in world.Agents)
        {
            agent.HeartbeatFate = null;
            if (!agent.Alive)
            {
                agent.Start();
            }
        }

        Maintain(on: false);
    }

    private bool _over;

    private void Do(Fault fault)
    {
        if (_over)
        {
            return;
        }

        world.Note("fault", fault);
        if (!(Agents(fault) || Stores(fault) || Regions(fault) || Links(fault) || People(fault)))
        {
            return;
        }

        world.Coverage.Done(fault.Kind);
    }

    private bool Agents(Fault fault)
    {
        var agent = AgentOf(fault.Who);
        switch (fault.Kind)
        {
            case FaultKind.KillAgent:
                agent.Crash();
                Later(fault, () => StartIfDead(agent));
                return true;
            case FaultKind.StopAgent:
                agent.Stop();
                Later(fault, () => StartIfDead(agent));
                return true;
            case FaultKind.PauseAgent:
                agent.Pause(fault.For);
                return true;
            case FaultKind.DriftClock:
                Drift(agent, fault, fault.Size < 0.5 ? 1 : -1, 8);
                return true;
            case FaultKind.Depose:
                agent.HeartbeatFate = () => (TimeSpan.FromMilliseconds(1), _timing.RequestTimeout * (0.5 + (0.5 * world.Random.NextDouble())));
                world.Queue.After(_timing.HeartbeatInterval * (0.2 + (2 * fault.Size)), () => Depose(agent, fault));
                return true;
            case FaultKind.MuteHeartbeats:
                foreach (var other in world.Agents)
                {
                    other.HeartbeatFate = static () => null;
                }

                world.Queue.After(_timing.WaitOut * (1 + fault.Size), () => Depose(world.Leader ?? agent, fault));
                return true;
            default:
                return false;
        }
    }

    private bool Stores(Fault fault)
    {
        var store = world.Stores[Math.Abs(fault.Who) % world.Stores.Count];
        switch (fault.Kind)
        {
            case FaultKind.KillSession:
                if (store.Store.State.Leader?.Session is { } session)
                {
                    store.Store.KillSession(session);
                }

                return true;
            case FaultKind.LoseReplies:
                store.Mood = new StoreMood(fault.Size, 0);
                Later(fault, () => store.Mood = StoreMood.Well);
                return true;
            case FaultKind.TurnAway:
                store.Mood = new StoreMood(0, fault.Size);
                Later(fault, () => store.Mood = StoreMood.Well);
                return true;
            case FaultKind.DelayLock:
                store.Store.LockDelay = TimeSpan.FromSeconds(15);
                Later(fault, () => store.Store.LockDelay = TimeSpan.Zero);
                return true;
            case FaultKind.StopStore:
                Down(store.End, fault);
                return true;
            case FaultKind.LoseStore:
                return Lose(store, fault, static s => s.LoseData());
            case FaultKind.RestoreStore:
                _backup ??= store.Store.State;
                var backup = _backup;
                return Lose(store, fault, s => s.Restore(backup));
            default:
                return false;
        }
    }

    /// <summary>Data is lost only while what remains is a majority: beyond that the protocol promises nothing.</summary>
    private bool Lose(StoreServer store, Fault fault, Action<SimulatedStore> lose)
    {
        if (world.Stores.Count(other => other == store || world.Judge.Lacks(other.Store)) > world.Stores.Count - world.Majority)
        {
            return false;
        }

        world.Judge.OnLoss(store.Store);
        lose(store.Store);
        if (fault.Size < 0.5)
        {
            Down(store.End, fault);
        }

        return true;
    }

    private void Drift(SimulatedAgent agent, Fault fault, int sign, int times)
    {
        if (times > 0)
        {
            agent.Drift(1 + (sign * _timing.ClockDrift));
            world.Queue.After(fault.For / 8, () => Drift(agent, fault, -sign, times - 1));
        }
    }

    private SimulatedAgent AgentOf(int who) => who == Fault.Leader ? world.Leader ?? world.Agents[0] : world.Agents[Math.Abs(who) % world.Agents.Count];

    private static void StartIfDead(SimulatedAgent agent)
    {
        if (!agent.Alive)
        {
            agent.Start();
        }
    }

    private void Down(int end, Fault fault)
    {
        world.Network.SetUp(end, false);
        Later(fault, () => world.Network.SetUp(end, true));
    }

    /// <summary>Ends a fault, unless everything was healed before.</summary>
    private void Later(Fault fault, Action end) => world.Queue.After(fault.For, () =>
    {
        if (!_over)
        {
            end();
        }
    });
}
