namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>A subscription of one database to another's changes, of the server's own kind or of pglogical's.</summary>
/// <param name="Kind"><c>native</c> or <c>pglogical</c>.</param>
/// <param name="Name">Its name in this database.</param>
/// <param name="Provider">The name of the other node; null for a native one, which does not know it.</param>
/// <param name="Slot">The slot that it holds at the other; null when it has none.</param>
/// <param name="Enabled">Whether it is meant to run.</param>
/// <param name="Running">Whether it runs. One that fails over and over is seen now and then.</param>
/// <param name="Status">Its state in the server's own words, e.g. <c>replicating</c> or <c>down</c>.</param>
/// <param name="Applied">A position of the other's up to which everything is applied; null before the first change.</param>
/// <param name="PendingBytes">What was received and not yet reported as applied; null when the server does not say, as pglogical, which applies as it receives.</param>
/// <param name="Loops">Whether it takes changes that the other has from elsewhere, so that two of them send a row round and round.</param>
public sealed record PostgresLink(
    string Kind, string Name, string? Provider, string? Slot, bool Enabled, bool Running, string Status, PostgresLsn? Applied, long? PendingBytes, bool Loops)
{
    /// <summary>The server's own kind.</summary>
    public const string Native = "native";

    /// <summary>Whether it comes from a node: by the name of the provider, and for a native one, which has none, by its own, <c>from_NODE</c>.</summary>
    public bool IsFrom(string node) => Kind == Native ? Name == $"from_{node}" : Provider == node;
}
