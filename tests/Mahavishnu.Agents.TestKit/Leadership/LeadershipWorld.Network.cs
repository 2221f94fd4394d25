using Mahavishnu.Agents.Lab.Simulation.World;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.TestKit.Leadership;

/// <content>How requests and answers travel.</content>
public sealed partial class LeadershipWorld
{
    private readonly Dictionary<RegionId, SimulatedStore> _byRegion;
    private readonly HashSet<(SimulatedAgent Agent, SimulatedStore Store, bool Answers)> _cut = [];

    /// <summary>How ill the network is.</summary>
    public NetworkFaults Faults { get; set; }

    /// <summary>What a scenario does with a request; null leaves it to the network.</summary>
    public Func<SimulatedAgent, StoreRequest, MessageFate?>? Script { get; set; }

    /// <summary>Cuts one direction of a link: requests, or answers.</summary>
    public void Cut(SimulatedAgent agent, SimulatedStore store, bool answers)
    {
        Note(agent?.Name ?? "", answers ? $"gets no answers from {store?.Region}" : $"cannot send to {store?.Region}");
        _cut.Add((agent!, store!, answers));
    }

    /// <summary>Mends one direction of a link.</summary>
    public void Mend(SimulatedAgent agent, SimulatedStore store, bool answers) => _cut.Remove((agent, store, answers));

    /// <summary>Cuts both directions between an agent and every store.</summary>
    public void Isolate(SimulatedAgent agent)
    {
        foreach (var store in Stores)
        {
            Cut(agent, store, answers: false);
            Cut(agent, store, answers: true);
        }
    }

    /// <summary>Mends every link.</summary>
    public void MendAll()
    {
        Note("network", "is mended");
        _cut.Clear();
    }

    private void Send(SimulatedAgent agent, StoreRequest request)
    {
        Note(agent.Name, request);
        var incarnation = agent.Incarnation;
        var store = _byRegion[request.Store];
        // The driver gives up at the deadline, on its own clock.
        At(Now + (request.Deadline / agent.Rate), () => Deliver(agent, incarnation, new StoreAnswer(request.Store, request.Correlation, StoreAnswerKind.Unknown)));
        if (Script?.Invoke(agent, request) is { } fate)
        {
            if (fate.RequestDelay is { } delay)
            {
                At(Now + delay, () => Arrive(agent, incarnation, store, request, fate.AnswerDelay, scripted: true));
            }

            return;
        }

        var doubled = _random.NextDouble() < Faults.DuplicateRatio;
        var connected = !_cut.Contains((agent, store, false));
        if (!doubled && !(connected && store.Up) && _random.Next(2) == 0)
        {
            // Refused at once; the other half meets a silent hole.
            At(Now + Travel(), () => Deliver(agent, incarnation, new StoreAnswer(request.Store, request.Correlation, StoreAnswerKind.Unreachable)));
            return;
        }

        for (var copy = 0; connected && copy < (doubled ? 2 : 1); copy++)
        {
            if (_random.NextDouble() >= Faults.LossRatio)
            {
                At(Now + Travel(), () => Arrive(agent, incarnation, store, request, Travel(), scripted: false));
            }
        }
    }

    private void Arrive(SimulatedAgent agent, int incarnation, SimulatedStore store, StoreRequest request, TimeSpan? back, bool scripted)
    {
        if (!store.Up)
        {
            return;
        }

        var answer = store.Execute(request);
        Note(store.Region.Value, answer);
        var lost = !scripted && (_cut.Contains((agent, store, true)) || _random.NextDouble() < Faults.LossRatio);
        if (!lost && back is { } delay)
        {
            At(Now + delay, () => Deliver(agent, incarnation, answer));
        }
    }

    private void Deliver(SimulatedAgent agent, int incarnation, StoreAnswer answer)
    {
        if (Runs(agent, incarnation, () => Deliver(agent, incarnation, answer)))
        {
            Apply(agent, agent.Machine.Receive(agent.Clock(Now), answer));
        }
    }

    private TimeSpan Travel() =>
        _random.NextDouble() < Faults.SlowRatio
            ? Faults.Slowest * _random.NextDouble()
            : _options.LeastLatency + ((_options.GreatestLatency - _options.LeastLatency) * _random.NextDouble());
}
