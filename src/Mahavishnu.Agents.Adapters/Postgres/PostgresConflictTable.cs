namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>A table that decisions of conflicts may be written to.</summary>
/// <param name="Table">Its name with its schema.</param>
/// <param name="Key">The columns of its key.</param>
/// <param name="VersionColumn">The column with the packed hybrid time of the row's last write.</param>
public sealed record PostgresConflictTable(string Table, IReadOnlyList<string> Key, string VersionColumn);
