using System.Collections.Concurrent;
using Mahavishnu.Agents.Lab.Simulation.Engine;

namespace Mahavishnu.Agents.Lab.Simulation.Runs;

/// <summary>Runs many seeds, and puts together what they went through.</summary>
public static class Simulator
{
    /// <summary>Runs them all. What is reported does not depend on how many run at a time.</summary>
    /// <param name="request">What is to be run.</param>
    /// <param name="time">The real clock, for the figures of speed only.</param>
    /// <param name="progress">Told of every run that ended, with how many have; null for nobody.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="LabException">There is no such scenario, or no such fault in a run.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static SimulationReport Run(SimulationRequest request, TimeProvider time, Action<int>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(time);
        if (request is { Faults: not null, Runs: > 1 })
        {
            throw new LabException("--faults names places of one run; give --runs 1 with it");
        }

        _ = PlanOf(request, request.Seed);
        var startedAt = time.GetTimestamp();
        var results = new ConcurrentDictionary<int, RunResult>();
        var coverage = new Coverage();
        var (ended, broken) = (0, 0);
        var next = -1;
        var options = new ParallelOptions { MaxDegreeOfParallelism = request.Jobs, CancellationToken = cancellationToken };

        // Each job takes the next seed when it is done with one, so that they are run in their order.
        Parallel.For(0, request.Jobs, options, _ =>
        {
            while (!cancellationToken.IsCancellationRequested && Volatile.Read(ref broken) < request.StopAfter && Interlocked.Increment(ref next) is var index && index < request.Runs)
            {
                var own = new Coverage();
                var result = SimulationRun.Run(PlanOf(request, unchecked(request.Seed + index)), own);
                results[index] = result;
                lock (coverage)
                {
                    coverage.Add(own);
                }

                Interlocked.Add(ref broken, result.Broken is null ? 0 : 1);
                progress?.Invoke(Interlocked.Increment(ref ended));
            }
        });
        cancellationToken.ThrowIfCancellationRequested();
        var wall = time.GetElapsedTime(startedAt);
        return SimulationReport.Of(request, [.. results.OrderBy(static r => r.Key).Select(static r => r.Value)], coverage, wall);
    }

    internal static SimulationPlan PlanOf(SimulationRequest request, int seed)
    {
        var plan = request.Scenario is { } name ? SimulatedScenarios.Make(name, seed) : PlanMaker.Make(seed);
        return (request.Faults is { } places ? plan.With([.. places]) : plan) with { Mutation = request.Mutation };
    }
}
