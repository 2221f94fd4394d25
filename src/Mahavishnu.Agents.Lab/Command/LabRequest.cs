using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Lab.Scenarios;
using Mahavishnu.Agents.Lab.World;

namespace Mahavishnu.Agents.Lab.Command;

/// <summary>What a run of a scenario needs, checked.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="Timing">The profile.</param>
/// <param name="Regions">How many regions.</param>
/// <param name="Target">The region that is hit; null where the scenario finds it.</param>
internal sealed record LabRequest(LabScenario Scenario, LabTiming Timing, int Regions, RegionId? Target)
{
    /// <summary>Checks what the user asked for.</summary>
    /// <exception cref="LabException">Something does not exist or does not fit; the message lists what does.</exception>
    public static LabRequest Of(LabOptions options)
    {
        var scenario = ScenarioCatalogue.All.FirstOrDefault(s => s.Name == options.Scenario)
            ?? throw new LabException($"--scenario {options.Scenario}: there is no such scenario; expected one of {string.Join(", ", ScenarioCatalogue.All.Select(static s => s.Name))}.");
        var timing = options.Profile switch
        {
            "fast" => LabTiming.Fast,
            "default" => LabTiming.Default,
            _ => throw new LabException($"--profile {options.Profile}: there is no such profile; expected fast or default."),
        };
        var count = options.Regions ?? scenario.FewestRegions;
        if (count < scenario.FewestRegions || count > LabRegions.All.Count)
        {
            throw new LabException($"--regions {count}: {scenario.Name} needs from {scenario.FewestRegions} to {LabRegions.All.Count} regions.");
        }

        if (options.WithPostgres && scenario.GetType() != typeof(RegionOutage))
        {
            throw new LabException($"--with-postgres: {scenario.Name} says nothing of databases; expected region-outage.");
        }

        if (options.Synchronous && !options.WithPostgres)
        {
            throw new LabException("--synchronous: there is no database; add --with-postgres.");
        }

        return new LabRequest(scenario, timing, count, TargetOf(options, scenario, [.. LabRegions.All.Take(count).Select(static r => r.Region)]));
    }

    private static RegionId? TargetOf(LabOptions options, LabScenario scenario, List<RegionId> regions)
    {
        if (options.Kill is not { } named)
        {
            return scenario.DefaultTarget;
        }

        if (scenario.DefaultTarget is null)
        {
            throw new LabException($"--kill {named}: {scenario.Name} finds the region itself; leave --kill out.");
        }

        return regions.Contains(new RegionId(named))
            ? new RegionId(named)
            : throw new LabException($"--kill {named}: this lab has no such region; expected one of {string.Join(", ", regions)}.");
    }
}
