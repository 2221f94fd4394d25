namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>For whom the schema <c>mahavishnu</c> is installed. Names are PostgreSQL's own, with upper and lower case as given.</summary>
public sealed record PostgresInstallOptions
{
    /// <summary>The application's database.</summary>
    public required string Database { get; init; }

    /// <summary>
    /// The role that the application logs in with, or that its login roles are members of. Must exist and be no superuser, whom
    /// nothing keeps out.
    /// </summary>
    public required string ApplicationRole { get; init; }

    /// <summary>The agent's role. Made without a password when it does not exist; set one with <c>ALTER ROLE … PASSWORD</c>.</summary>
    /// <value>Default <c>mahavishnu_agent</c>.</value>
    public string AgentRole { get; init; } = "mahavishnu_agent";

    /// <summary>The tables that decisions of conflicts may be written to; what was there before is replaced.</summary>
    /// <value>Default none.</value>
    public IReadOnlyList<PostgresConflictTable> ConflictTables { get; init; } = [];
}
