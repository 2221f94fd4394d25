using Mahavishnu.Agents.Lab.Simulation.Engine;

namespace Mahavishnu.Agents.Lab.Simulation.Runs;

/// <summary>Looks for the fewest faults of a run that still break the same promise.</summary>
internal static class Shrinker
{
    private const int MostRuns = 200;

    /// <summary>The shortest history found, and the places of its faults in the run's own list.</summary>
    /// <param name="broken">A run that broke a promise.</param>
    /// <param name="run">Runs a plan.</param>
    public static (RunResult Result, IReadOnlyList<int> Places) Shrink(RunResult broken, Func<SimulationPlan, Coverage, RunResult> run)
    {
        var (best, places) = (broken, Enumerable.Range(0, broken.Plan.Faults.Count).ToList());
        var runs = 0;

        // Large pieces first, then single faults, until no single one can go.
        for (var piece = Math.Max(1, places.Count / 2); piece >= 1; piece /= 2)
        {
            var again = true;
            while (again && runs < MostRuns)
            {
                again = false;
                for (var start = 0; start < places.Count && runs < MostRuns; start += piece)
                {
                    List<int> fewer = [.. places.Take(start), .. places.Skip(start + piece)];
                    var result = run(broken.Plan.With(fewer), new Coverage());
                    runs++;
                    if (result.Broken == broken.Broken)
                    {
                        (best, places, again) = (result, fewer, true);
                        break;
                    }
                }
            }
        }

        return (best, places);
    }
}
