using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Configuration;

/// <summary>The databases. Bound from <c>database</c>.</summary>
[AcceptsUnused("endpoint", "port")]
internal sealed class DatabaseOptions
{
    /// <summary>PostgreSQL; null when the deployment has none that the agent looks after.</summary>
    public PostgresqlOptions? Postgresql { get; init; }
}

/// <summary>PostgreSQL in several regions. Bound from <c>database.postgresql</c>.</summary>
[AcceptsUnused("backup")]
internal sealed class PostgresqlOptions
{
    /// <summary>Whether every region writes, or one does and the others follow it.</summary>
    /// <value>Default <c>primary_replica</c>.</value>
    public PostgresMode Mode { get; init; }

    /// <summary>The servers, one in each region that has one.</summary>
    public required IReadOnlyList<PostgresServerOptions> PrimaryRegions { get; init; }

    /// <summary>The database.</summary>
    /// <value>Default <c>mahavishnu</c>.</value>
    public string Database { get; init; } = "mahavishnu";

    /// <summary>The role that the agent connects as; <c>postgres install</c> makes it.</summary>
    /// <value>Default <c>mahavishnu_agent</c>.</value>
    public string Username { get; init; } = "mahavishnu_agent";

    /// <summary>Its password; null when the server asks for none.</summary>
    public Secret? Password { get; init; }

    /// <summary>The role that the application connects as: the one that is shut out of a fenced database.</summary>
    /// <value>Default <c>mahavishnu_app</c>.</value>
    public string ApplicationRole { get; init; } = "mahavishnu_app";

    /// <summary>How the connection is encrypted, and the server's certificate checked.</summary>
    /// <value>Default <c>verify_full</c>.</value>
    public PostgresEncryption Tls { get; init; } = PostgresEncryption.VerifyFull;

    /// <summary>Certificates in PEM that the servers are checked against; null for those of the system.</summary>
    public string? CaFile { get; init; }

    /// <summary>How often lag is measured.</summary>
    /// <value>Default 1 s; from 100 ms to 1 min.</value>
    [Limits("100ms", "1m")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long one request may take.</summary>
    /// <value>Default 2 s; from 50 ms to 1 min.</value>
    [Limits("50ms", "1m")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>What is known of the replication itself.</summary>
    public PostgresReplicationOptions Replication { get; init; } = new();
}

/// <summary>One server. Bound from <c>database.postgresql.primary_regions[]</c>.</summary>
internal sealed class PostgresServerOptions
{
    /// <summary>Its region.</summary>
    public required RegionId Region { get; init; }

    /// <summary>Its host and port.</summary>
    [Schemes("postgres", HostAndPort = true)]
    public required Uri Endpoint { get; init; }

    /// <summary>What it is while nothing has been failed over.</summary>
    /// <value>Default <c>writer</c>.</value>
    public PostgresRole Role { get; init; }
}

/// <summary>How PostgreSQL replicates. Bound from <c>database.postgresql.replication</c>.</summary>
[AcceptsUnused("method", "slots", "conflict_resolution")]
internal sealed class PostgresReplicationOptions
{
    /// <summary>From which lag on it is shown as too great.</summary>
    /// <value>Default 100 ms; from 1 ms to 1 h.</value>
    [Limits("1ms", "1h")]
    public TimeSpan LagTolerance { get; init; } = TimeSpan.FromMilliseconds(100);
}

/// <summary>Who writes.</summary>
internal enum PostgresMode
{
    /// <summary>One region's server; the others are physical standbys of it.</summary>
    PrimaryReplica = 0,

    /// <summary>Every region's server; they replicate to each other.</summary>
    MultiMaster,
}

/// <summary>What a server is there for.</summary>
internal enum PostgresRole
{
    /// <summary>It accepts writes.</summary>
    Writer = 0,

    /// <summary>It follows the writer.</summary>
    Replica,
}

/// <summary>How a connection is encrypted.</summary>
internal enum PostgresEncryption
{
    /// <summary>Not at all.</summary>
    Disable = 0,

    /// <summary>If the server can.</summary>
    Prefer,

    /// <summary>Always, whatever certificate the server has.</summary>
    Require,

    /// <summary>Always, and the certificate must be trusted and have the host's name.</summary>
    VerifyFull,
}
