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

    /// <summary>Conflicts between regions that all write; null when they are not decided here.</summary>
    public PostgresConflictOptions? Conflicts { get; init; }
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

    /// <summary>How much its disk holds, in gigabytes of 10^9 bytes; null when how full it is is not to be judged.</summary>
    /// <value>Default null; from 0.001 to 1000000.</value>
    [Limits("0.001", "1000000")]
    public double? CapacityGb { get; init; }

    /// <summary>In mode multi_master the name of its node: pglogical's, or the end of the name <c>from_NODE</c> of native subscriptions to it.</summary>
    /// <value>Default the region with <c>_</c> for <c>-</c>.</value>
    public string? Node { get; init; }

    /// <summary>The name of its node.</summary>
    public string NodeName => Node ?? Region.Value.Replace('-', '_');
}

/// <summary>How PostgreSQL replicates. Bound from <c>database.postgresql.replication</c>.</summary>
[AcceptsUnused("method", "slots")]
internal sealed class PostgresReplicationOptions
{
    /// <summary>From which lag on it is shown as too great.</summary>
    /// <value>Default 100 ms; from 1 ms to 1 h.</value>
    [Limits("1ms", "1h")]
    public TimeSpan LagTolerance { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>In mode primary_replica, the role with the right REPLICATION that standbys connect as. With it the agent tells a standby to follow a new primary; null leaves that to an operator.</summary>
    public string? User { get; init; }

    /// <summary>The password file of that role, on the machine of each server; null for the usual one of the server's user.</summary>
    public string? Passfile { get; init; }

    /// <summary>In mode multi_master, how conflicts are decided in a table that says nothing of its own.</summary>
    /// <value>Default <c>last_write_wins</c>.</value>
    public string ConflictResolution { get; init; } = "last_write_wins";

    /// <summary>
    /// In mode multi_master, how much log in gigabytes a slot may keep that nobody streams from. Beyond it the slot is dropped, before
    /// the disk is full, and whoever held it must be copied anew. Null leaves it to the server's max_slot_wal_keep_size.
    /// </summary>
    /// <value>Default null; from 0.01 to 100000.</value>
    [Limits("0.01", "100000")]
    public double? SlotLimitGb { get; init; }

    /// <summary>In mode multi_master, how long a failback may take to prove by checksums that one table is the same in both regions.</summary>
    /// <value>Default 10 min; from 1 s to 1 d.</value>
    [Limits("1s", "1d")]
    public TimeSpan CompareTimeout { get; init; } = TimeSpan.FromMinutes(10);
}

/// <summary>How conflicts are decided. Bound from <c>database.postgresql.conflicts</c>.</summary>
internal sealed class PostgresConflictOptions
{
    /// <summary>The tables whose conflicts are decided, by name, with the schema where it is not <c>public</c>.</summary>
    public required IReadOnlyDictionary<string, ConflictTableOptions> Tables { get; init; }

    /// <summary>How often new conflicts are looked for.</summary>
    /// <value>Default 1 s; from 50 ms to 1 min.</value>
    [Limits("50ms", "1m")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>By how much a version may be ahead of this agent's clock. A conflict with one that is further ahead waits until it is not, or one wrong clock would decide every conflict.</summary>
    /// <value>Default 5 s; from 0 s to 1 h.</value>
    [Limits("0s", "1h")]
    public TimeSpan MaxClockOffset { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>One table. Bound from <c>database.postgresql.conflicts.tables.*</c>.</summary>
internal sealed class ConflictTableOptions
{
    /// <summary>How its conflicts are decided; null for <c>replication.conflict_resolution</c>.</summary>
    public string? Strategy { get; init; }

    /// <summary>The columns of its primary key.</summary>
    public required IReadOnlyList<string> Key { get; init; }

    /// <summary>The column of type bigint with the packed hybrid time of the row's last write.</summary>
    /// <value>Default <c>version</c>.</value>
    public string VersionColumn { get; init; } = "version";
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
