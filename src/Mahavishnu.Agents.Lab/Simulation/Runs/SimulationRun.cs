using System.Globalization;
using Mahavishnu.Agents.Core.Mutations;
using Mahavishnu.Agents.Lab.Simulation.Engine;
using Mahavishnu.Agents.Lab.Simulation.Faults;
using Mahavishnu.Agents.Lab.Simulation.Invariants;
using Mahavishnu.Agents.Lab.Simulation.World;

namespace Mahavishnu.Agents.Lab.Simulation.Runs;

/// <summary>How one run went.</summary>
/// <param name="Plan">The run.</param>
/// <param name="Broken">The promise that was broken; null when all were kept.</param>
/// <param name="Detail">How it was broken, and when.</param>
/// <param name="Timeline">The latest events in words, where a promise was broken.</param>
/// <param name="Hash">Equal for equal histories.</param>
/// <param name="Simulated">How long the world ran.</param>
/// <param name="Converged">From the end of trouble to rest; null where a promise was broken before.</param>
/// <param name="Checks">How many judgements were made.</param>
/// <param name="Events">How many events ran.</param>
public sealed record RunResult(
    SimulationPlan Plan, Invariant? Broken, string Detail, string Timeline, ulong Hash, TimeSpan Simulated, TimeSpan? Converged, long Checks, long Events);

/// <summary>Runs a plan: anything may go wrong for a time, then everything is healed and must come to rest.</summary>
internal static class SimulationRun
{
    /// <summary>Runs it.</summary>
    public static RunResult Run(SimulationPlan plan, Coverage coverage)
    {
        Mutant.Make(plan.Mutation);
        try
        {
            return Play(plan, coverage);
        }
        finally
        {
            Mutant.Make(Mutation.None);
        }
    }

    private static RunResult Play(SimulationPlan plan, Coverage coverage)
    {
        var world = new SimulationWorld(plan.Seed, plan.Shape, coverage);
        TimeSpan? converged = null;
        var (broken, detail) = ((Invariant?)null, "");
        try
        {
            var script = new FaultScript(world);
            script.Plan(plan.Faults);
            world.Run(plan.Trouble);
            script.Heal();
            converged = Rest(world, plan);
        }
        catch (InvariantBrokenException violation)
        {
            broken = violation.Invariant;
            detail = string.Create(CultureInfo.InvariantCulture, $"{violation.Message} (at {world.Now.TotalSeconds:0.000} s)");
        }

        catch (Exception bug) when (bug is InvalidOperationException or ArgumentException or NullReferenceException or KeyNotFoundException or OverflowException)
        {
            (broken, detail) = (Invariant.NothingThrows, string.Create(CultureInfo.InvariantCulture, $"I0: {bug} (at {world.Now.TotalSeconds:0.000} s)"));
        }

        return new RunResult(plan, broken, detail, broken is null ? "" : world.Log.ToString(), world.Log.Hash, world.Now, converged, world.Judge.Checks, world.Queue.Ran);
    }

    private static TimeSpan Rest(SimulationWorld world, SimulationPlan plan)
    {
        var healedAt = world.Now;
        if (plan.Shape.OtherMembers.Count > 0)
        {
            // A deployment that was rolled out half never leads everywhere, and is not to: safety is all that is asked of it.
            world.Run(plan.Shape.Timing.WaitOut * 4);
            return TimeSpan.Zero;
        }

        // What comes to rest must also stay so, for as long as a leader could be taken for dead.
        var stays = plan.Shape.Timing.WaitOut + plan.Shape.Timing.Validity;
        var restedAt = world.Now;
        while (world.Now - restedAt < stays && world.Now - healedAt < plan.RestBound + stays)
        {
            world.Run(plan.Shape.Timing.HeartbeatInterval / 2);
            restedAt = world.Judge.Unrest() is null ? restedAt : world.Now;
        }

        world.Judge.JudgeRest(plan.RestBound);
        return restedAt - healedAt;
    }
}
