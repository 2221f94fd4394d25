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
    private const int Usual = 400;

    private static readonly Dictionary<Mutation, (int Seeds, string? Scenario)> Special = new()
    {
        [Mutation.LockIsProof] = (400, "deposed"),
        [Mutation.LeaseFromAnswer] = (400, "deposed"),
        [Mutation.MarkerFirst] = (400, "deposed"),
        [Mutation.ShortWaitOut] = (400, "deposed"),
        [Mutation.AnyMembers] = (800, null),
        [Mutation.JournalUnchecked] = (600, "stragglers"),
        [Mutation.JournalUncompared] = (600, "stragglers"),
        [Mutation.NoQuarantine] = (400, "empty-and-old"),
        [Mutation.AbortAfterPromote] = (800, null),
        [Mutation.StaleVoteCounts] = (50, "dead-observers"),
        [Mutation.DeadTargetTaken] = (50, "ill-target"),
        [Mutation.PauseIgnored] = (50, "dead-observers"),
        [Mutation.EffectWithoutLease] = (400, "timer-race"),
    };

    /// <summary>Every mistake.</summary>
    public static IReadOnlyList<FoundMutation> All { get; } =
    [
        .. Enum.GetValues<Mutation>().Where(static m => m != Mutation.None)
            .Select(static m => Special.TryGetValue(m, out var special) ? new FoundMutation(m, special.Seeds, special.Scenario) : new FoundMutation(m, Usual, null)),
    ];
}
