using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Mutations;
using Mahavishnu.Agents.Lab.Simulation.Faults;
using Mahavishnu.Agents.Lab.Simulation.World;

namespace Mahavishnu.Agents.Lab.Simulation.Runs;

/// <summary>One run: a world, what goes wrong in it, and for how long anything may.</summary>
/// <param name="Seed">Decides everything that is random in the world.</param>
/// <param name="Shape">The world.</param>
/// <param name="Faults">What goes wrong, in order of planning; a fault's place is its name when a run is shrunk.</param>
/// <param name="Trouble">How long things go wrong, before everything is healed and must converge.</param>
public sealed record SimulationPlan(int Seed, WorldShape Shape, IReadOnlyList<Fault> Faults, TimeSpan Trouble)
{
    /// <summary>The deliberate mistake that is made throughout.</summary>
    public Mutation Mutation { get; init; }

    /// <summary>
    /// After this time of calm everything must be at rest: the longest take-over, damped checks that pass again, each step of a
    /// saga at its deadline, a second saga, and the failback where it is automatic.
    /// </summary>
    public TimeSpan RestBound
    {
        get
        {
            var (timing, saga) = (Shape.Timing, Shape.Saga);
            var election = timing.WaitOut + (3 * timing.RetryInterval) + timing.ElectionTimeout + (2 * (timing.PollInterval + timing.RequestTimeout));
            var failover = (8 * saga.StepDeadline) + saga.Watch;
            var failback = Shape.FailbackWindow + saga.FailbackDrain + saga.Watch + (5 * saga.StepDeadline);
            return (3 * election) + (40 * Shape.ProbeInterval) + (2 * failover) + (Shape.AutoFailback ? 2 * failback : TimeSpan.Zero);
        }
    }

    /// <summary>The same run with some of its faults only, by their places.</summary>
    /// <exception cref="LabException">There is no fault at one of the places.</exception>
    public SimulationPlan With(IReadOnlyCollection<int> places) => places.FirstOrDefault(p => p >= Faults.Count, -1) is >= 0 and var wrong
        ? throw new LabException($"--faults: run {Seed} has {Faults.Count} faults, counted from 0; there is no fault {wrong}")
        : this with { Faults = [.. Faults.Where((_, place) => places.Contains(place))] };

    /// <summary>The steps of a saga that have nothing configured, where there is no data plane.</summary>
    internal static IReadOnlyList<SagaStep> DataSteps { get; } = [.. SagaTable.Rows.Where(static r => r.Work == StepWork.Data).Select(static r => r.Step)];
}
