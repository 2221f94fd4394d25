using System.Globalization;
using Mahavishnu.Agents.Core.Mutations;
using Mahavishnu.Agents.Lab.Simulation.Engine;
using Mahavishnu.Agents.Lab.Simulation.Faults;

namespace Mahavishnu.Agents.Lab.Simulation.Runs;

/// <summary>A broken promise, with everything that is needed to see it again.</summary>
/// <param name="Invariant">Its number.</param>
/// <param name="Seed">The run.</param>
/// <param name="Detail">How it was broken.</param>
/// <param name="Replay">The command that shows the shortest history found.</param>
/// <param name="Faults">The faults of that history.</param>
/// <param name="Timeline">Its latest events.</param>
public sealed record Violation(string Invariant, int Seed, string Detail, string Replay, IReadOnlyList<string> Faults, string Timeline);

/// <summary>What many runs went through.</summary>
public sealed record SimulationReport
{
    /// <summary>How many seeds were run.</summary>
    public required int Seeds { get; init; }

    /// <summary>Time of the worlds.</summary>
    public required double SimulatedSeconds { get; init; }

    /// <summary>Real time.</summary>
    public required double WallSeconds { get; init; }

    /// <summary>Time of the worlds per real time and job.</summary>
    public required double Speedup { get; init; }

    /// <summary>Equal for equal histories.</summary>
    public required string HistoryHash { get; init; }

    /// <summary>Faults done, by kind.</summary>
    public required IReadOnlyDictionary<string, long> Faults { get; init; }

    /// <summary>How many judgements were made.</summary>
    public required long Checks { get; init; }

    /// <summary>How many events ran.</summary>
    public required long Events { get; init; }

    /// <summary>Steps from one state of a saga to another that were seen.</summary>
    public required int SagaTransitionsCovered { get; init; }

    /// <summary>Steps that the saga table allows.</summary>
    public required int SagaTransitionsTotal { get; init; }

    /// <summary>Steps that were not seen.</summary>
    public required IReadOnlyList<string> SagaTransitionsMissed { get; init; }

    /// <summary>Places of journal writes at which a leader was killed.</summary>
    public required int KillPointsCovered { get; init; }

    /// <summary>Places that there are.</summary>
    public required int KillPointsTotal { get; init; }

    /// <summary>Places at which no leader was killed.</summary>
    public required IReadOnlyList<string> KillPointsMissed { get; init; }

    /// <summary>From the end of trouble to rest, 99 of 100 runs.</summary>
    public required double ConvergeSecondsP99 { get; init; }

    /// <summary>From the end of trouble to rest, the longest.</summary>
    public required double ConvergeSecondsMax { get; init; }

    /// <summary>The longest, measured by the bound of its run: 1 is the bound.</summary>
    public required double ConvergeRatioMax { get; init; }

    /// <summary>Promises broken, each shrunk.</summary>
    public required IReadOnlyList<Violation> Violations { get; init; }

    internal static SimulationReport Of(SimulationRequest request, IReadOnlyList<RunResult> results, Coverage coverage, TimeSpan wall)
    {
        var simulated = results.Sum(static r => r.Simulated.TotalSeconds);
        var converged = results.Where(static r => r.Converged is not null).Select(static r => r.Converged!.Value.TotalSeconds).Order().ToList();
        var hash = results.Aggregate(14695981039346656037UL, static (all, r) => unchecked((all ^ r.Hash) * 1099511628211UL));
        return new SimulationReport
        {
            Seeds = results.Count,
            SimulatedSeconds = Math.Round(simulated, 3),
            WallSeconds = Math.Round(wall.TotalSeconds, 3),
            Speedup = Math.Round(simulated / wall.TotalSeconds / request.Jobs, 1),
            HistoryHash = hash.ToString("x16", CultureInfo.InvariantCulture),
            Faults = coverage.Faults.ToDictionary(static f => f.Key.ToString(), static f => f.Value),
            Checks = results.Sum(static r => r.Checks),
            Events = results.Sum(static r => r.Events),
            SagaTransitionsCovered = coverage.Transitions.Count,
            SagaTransitionsTotal = SagaStates.Transitions.Count,
            SagaTransitionsMissed = [.. SagaStates.Transitions.Where(t => !coverage.Transitions.Contains(t)).Select(static t => $"{t.From?.ToString() ?? "start"} -> {t.To}")],
            KillPointsCovered = coverage.Kills.Count,
            KillPointsTotal = KillPoint.All.Count,
            KillPointsMissed = [.. KillPoint.All.Where(k => !coverage.Kills.Contains(k)).Select(static k => $"{k.Step} {k.Phase} {k.Moment}")],
            ConvergeSecondsP99 = converged.Count == 0 ? 0 : Math.Round(converged[(int)Math.Ceiling(converged.Count * 0.99) - 1], 3),
            ConvergeSecondsMax = converged.Count == 0 ? 0 : Math.Round(converged[^1], 3),
            ConvergeRatioMax = Math.Round(results.Max(static r => r.Converged / r.Plan.RestBound) ?? 0, 3),
            Violations = [.. results.Where(static r => r.Broken is not null).Select(r => Shrunk(request, r))],
        };
    }

    private static Violation Shrunk(SimulationRequest request, RunResult broken)
    {
        var (result, places) = Shrinker.Shrink(broken, SimulationRun.Run);
        var all = request.Faults;
        var named = places.Select(p => all?[p] ?? p);
        var replay = string.Create(CultureInfo.InvariantCulture, $"mahavishnu-agent simulate --seed {broken.Plan.Seed} --runs 1{(request.Scenario is { } s ? $" --scenario {s}" : "")}{(request.Mutation == Mutation.None ? "" : $" --mutation {request.Mutation}")} --faults {(places.Count == 0 ? "none" : string.Join(',', named))}");
        return new Violation(result.Broken!.Id, broken.Plan.Seed, $"{result.Detail}: {result.Broken.Sentence}", replay, [.. result.Plan.Faults.Select(static f => f.ToString())], result.Timeline);
    }
}
