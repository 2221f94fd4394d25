using Mahavishnu.Agents.Core.Mutations;

namespace Mahavishnu.Agents.Lab.Simulation.Runs;

/// <summary>The deliberate mistakes, each with its sentence and the number of seeds within which it must be found.</summary>
public static class MutationCatalogue
{
    /// <summary>Names and sentences, in order.</summary>
    public static IEnumerable<(string Name, string Sentence)> All => Enum.GetValues<Mutation>().Where(static m => m != Mutation.None).Select(static m => (m.ToString(), ""));
}
