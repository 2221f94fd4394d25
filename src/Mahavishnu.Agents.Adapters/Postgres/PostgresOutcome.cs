namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>What came of a decision.</summary>
/// <param name="Name">In a word; see <see cref="PostgresConflicts.DecideAsync"/>.</param>
/// <param name="Detail">What is wrong with it; empty when nothing is.</param>
public sealed record PostgresOutcome(string Name, string Detail)
{
    /// <summary>The name of what is kept and not carried out.</summary>
    public const string Refused = "refused";
}
