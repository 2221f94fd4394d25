using Mahavishnu.Agents.Core.Mutations;

namespace Mahavishnu.Agents.Lab.Simulation.Runs;

/// <summary>The deliberate mistakes, each with the number of seeds, counted from 1, within which it must be found.</summary>
public static class MutationCatalogue
{
    private const int Usual = 100;

    private static readonly Dictionary<Mutation, int> Rarer = new()
    {
        [Mutation.LockIsProof] = 400,
        [Mutation.MarkerFirst] = 400,
        [Mutation.AnyMembers] = 400,
        [Mutation.EpochAtMinority] = 400,
        [Mutation.JournalUnchecked] = 400,
        [Mutation.JournalUncompared] = 400,
        [Mutation.NoQuarantine] = 400,
        [Mutation.ExtendOverHigher] = 400,
        [Mutation.AbortAfterPromote] = 400,
        [Mutation.RetargetAfterPromote] = 400,
        [Mutation.RollbackToDead] = 400,
        [Mutation.PauseIgnored] = 400,
    };

    /// <summary>Every mistake, with its number of seeds.</summary>
    public static IReadOnlyList<(Mutation Mutation, int Seeds)> All { get; } =
        [.. Enum.GetValues<Mutation>().Where(static m => m != Mutation.None).Select(static m => (m, Rarer.GetValueOrDefault(m, Usual)))];
}
