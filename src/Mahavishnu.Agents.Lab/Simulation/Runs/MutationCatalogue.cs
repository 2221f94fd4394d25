using Mahavishnu.Agents.Core.Mutations;

namespace Mahavishnu.Agents.Lab.Simulation.Runs;

/// <summary>A deliberate mistake and how soon it must be found.</summary>
/// <param name="Mutation">The mistake.</param>
/// <param name="Seeds">The number of seeds, counted from 1, within which it is found.</param>
/// <param name="Scenario">The story in which it is looked for; null for what the seeds make of themselves.</param>
public sealed record FoundMutation(Mutation Mutation, int Seeds, string? Scenario);

/// <summary>The deliberate mistakes, each with the number of seeds within which the simulator must find it.</summary>
public static class MutationCatalogue
{
    private const int Usual = 100;

    private static readonly Dictionary<Mutation, (int Seeds, string? Scenario)> Special = new()
    {
        [Mutation.LockIsProof] = (200, "deposed"),
        [Mutation.LeaseFromAnswer] = (200, "deposed"),
        [Mutation.MarkerFirst] = (200, "deposed"),
        [Mutation.ShortWaitOut] = (200, "deposed"),
        [Mutation.AnyMembers] = (400, null),
        [Mutation.JournalUnchecked] = (300, "stragglers"),
        [Mutation.JournalUncompared] = (300, "stragglers"),
        [Mutation.NoQuarantine] = (200, "empty-and-old"),
        [Mutation.AbortAfterPromote] = (400, null),
        [Mutation.StaleVoteCounts] = (50, "dead-observers"),
        [Mutation.DeadTargetTaken] = (50, "ill-target"),
        [Mutation.PauseIgnored] = (50, "dead-observers"),
        [Mutation.EffectWithoutLease] = (200, "timer-race"),
    };

    /// <summary>Every mistake.</summary>
    public static IReadOnlyList<FoundMutation> All { get; } =
    [
        .. Enum.GetValues<Mutation>().Where(static m => m != Mutation.None)
            .Select(static m => Special.TryGetValue(m, out var special) ? new FoundMutation(m, special.Seeds, special.Scenario) : new FoundMutation(m, Usual, null)),
    ];
}
