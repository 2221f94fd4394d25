using Mahavishnu.Agents.Lab.Simulation.World;
using Mahavishnu.Agents.Core.Leadership;

namespace Mahavishnu.Agents.TestKit.Leadership;

/// <summary>Does harm to a <see cref="LeadershipWorld"/> at random moments.</summary>
internal sealed class FaultInjector(LeadershipWorld world, Random random, LeadershipTiming timing)
{
    private bool _over;

    /// <summary>Harm for a time.</summary>
    public void Run(TimeSpan time)
    {
        var end = world.Now + time;
        var pace = 0.1 + random.NextDouble();
        while (world.Now < end)
        {
            world.Advance(timing.Validity * (pace * random.NextDouble()));
            Inject();
        }

        _over = true;
        world.Script = null;
    }

    private void Inject()
    {
        var agent = random.Next(2) == 0 && world.Leader is { } leader ? leader : world.Agents[random.Next(world.Agents.Count)];
        var store = world.Stores[random.Next(world.Stores.Count)];
        switch (random.Next(16))
        {
            case 0 or 1:
                CutLink(agent, store, answers: random.Next(2) == 0);
                break;
            case 2:
                CutLink(agent, store, answers: false);
                CutLink(agent, store, answers: true);
                break;
            case 3:
                world.Isolate(agent);
                Later(() => MendAgent(agent));
                break;
            case 4 or 5:
                world.Pause(agent, timing.Validity * (0.5 + (2.5 * random.NextDouble())));
                break;
            case 6:
                Crash(agent);
                break;
            case 7 or 8:
                world.KillHolder(store);
                break;
            case 9:
                StopStore(store);
                break;
            case 10:
                Empty(store);
                break;
            case 11:
                Storm();
                break;
            case 12:
                Bar(agent);
                break;
            case 13:
                Mute();
                break;
            default:
                Strike(agent);
                break;
        }
    }

    private void CutLink(SimulatedAgent agent, SimulatedStore store, bool answers)
    {
        world.Cut(agent, store, answers);
        Later(() => world.Mend(agent, store, answers));
    }

    private void MendAgent(SimulatedAgent agent)
    {
        foreach (var store in world.Stores)
        {
            world.Mend(agent, store, answers: false);
            world.Mend(agent, store, answers: true);
        }
    }

    private void Crash(SimulatedAgent agent)
    {
        if (agent.Alive)
        {
            world.Crash(agent);
            Later(() =>
            {
                if (!agent.Alive)
                {
                    world.Start(agent);
                }
            });
        }
    }

    private void StopStore(SimulatedStore store)
    {
        world.Note(store.Region.Value, "stops");
        store.Up = false;
        Later(() => store.Up = true);
    }

    /// <summary>Data is lost only while what remains is a majority: beyond that the protocol promises nothing.</summary>
    private void Empty(SimulatedStore store)
    {
        if (world.Stores.Count(other => other == store || world.Lacks(other)) <= world.Stores.Count - world.Majority)
        {
            world.LoseData(store);
            store.Up = random.Next(2) == 0;
            Later(() => store.Up = true);
        }
    }

    private void Storm()
    {
        world.Faults = new NetworkFaults(random.NextDouble() * 0.3, random.NextDouble() * 0.3, random.NextDouble() * 0.3, timing.Validity * 2 * random.NextDouble());
        Later(() => world.Faults = NetworkFaults.None);
    }

    private void Bar(SimulatedAgent agent)
    {
        if (agent.Alive && agent.PausedUntil <= world.Now)
        {
            world.Resign(agent, timing.Validity * random.NextDouble());
        }
    }

    /// <summary>The heartbeats of an agent are answered late; then it is cut off, and its sessions die everywhere.</summary>
    private void Strike(SimulatedAgent agent)
    {
        var at = world.Now + (timing.HeartbeatInterval * (0.2 + (2 * random.NextDouble())));
        world.Script = (sender, request) => sender == agent && request is StoreRequest.WriteHeartbeat && world.Now < at
            ? new MessageFate(TimeSpan.FromMilliseconds(1), request.Deadline * (0.5 + (0.5 * random.NextDouble())))
            : null;
        world.At(at, () => Depose(agent));
    }

    /// <summary>No heartbeat reaches any store, all else does; whoever leads nevertheless is cut off in the end.</summary>
    private void Mute()
    {
        world.Script = static (_, request) => request is StoreRequest.WriteHeartbeat ? new MessageFate(null, null) : null;
        world.At(world.Now + (timing.WaitOut * (1 + random.NextDouble())), () => Depose(world.Leader ?? world.Agents[0]));
    }

    private void Depose(SimulatedAgent agent)
    {
        if (_over)
        {
            return;
        }

        world.Script = null;
        world.Isolate(agent);
        foreach (var store in world.Stores)
        {
            world.KillHolder(store);
        }

        Later(() => MendAgent(agent));
    }

    private void Later(Action end) => world.At(world.Now + (timing.Validity * (0.2 + (2.5 * random.NextDouble()))), end);
}
