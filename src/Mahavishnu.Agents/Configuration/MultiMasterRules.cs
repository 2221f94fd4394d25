using Mahavishnu.Agents.Core.Replication;

namespace Mahavishnu.Agents.Configuration;

/// <summary>What must hold where every region has a primary of its own.</summary>
internal static class MultiMasterRules
{
    private static readonly ConfigPath Postgresql = ConfigPath.Of("database.postgresql");

    /// <summary>Checks and reports.</summary>
    public static void Check(RuleContext context, PostgresqlOptions postgres)
    {
        var servers = Postgresql.Key("primary_regions");
        context.RequireDistinct(postgres.PrimaryRegions.Select((s, i) => ((string?)s.NodeName, servers.Item(i).Key("node"))), "a node of its own for each region");
        RequireStrategy(context, postgres.Replication.ConflictResolution, Postgresql.Key("replication").Key("conflict_resolution"));
        foreach (var (name, table) in postgres.Conflicts?.Tables ?? new Dictionary<string, ConflictTableOptions>())
        {
            var path = Postgresql.Key("conflicts").Key("tables").Key(name);
            if (table.Strategy is { } strategy)
            {
                RequireStrategy(context, strategy, path.Key("strategy"));
            }

            if (table.Key.Count == 0)
            {
                context.Error(path.Key("key"), "is empty; expected the columns of the table's primary key");
            }
        }
    }

    private static void RequireStrategy(RuleContext context, string strategy, ConfigPath path)
    {
        if (ConflictStrategy.Find(strategy) is null)
        {
            context.Error(path, $"is {Shown.Quoted(strategy)}; expected {ConflictStrategy.Known}");
        }
    }
}
