namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>A table that is replicated to others.</summary>
/// <param name="Schema">Its schema.</param>
/// <param name="Name">Its name.</param>
public readonly record struct PostgresTable(string Schema, string Name)
{
    /// <summary>Both, with a dot.</summary>
    public override string ToString() => $"{Schema}.{Name}";
}
