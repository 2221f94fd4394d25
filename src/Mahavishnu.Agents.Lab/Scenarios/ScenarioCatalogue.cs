namespace Mahavishnu.Agents.Lab.Scenarios;

/// <summary>Every scenario, the default first.</summary>
internal static class ScenarioCatalogue
{
    /// <summary>The scenarios.</summary>
    public static IReadOnlyList<LabScenario> All { get; } =
    [
        new RegionOutage(),
        new LeaderOutage(),
        new PlannedMove(),
        new IsolatedObserver(),
        new Flapping(),
        new PausedLeader(),
        new TargetDiesMidway(),
        new ConsulMinorityLoss(),
        new ConsulMajorityLoss(),
        new ResidencyHold(),
    ];
}
