using Npgsql;

namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>A connection that has just answered, and what it said.</summary>
internal sealed record PostgresSession(NpgsqlConnection Connection, PostgresFacts Facts);
