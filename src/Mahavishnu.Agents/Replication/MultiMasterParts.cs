using Mahavishnu.Agents.Adapters.Postgres;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Hosting;
using Mahavishnu.Agents.Leadership;

namespace Mahavishnu.Agents.Replication;

/// <summary>The parts that look after PostgreSQL where every region writes.</summary>
/// <param name="Mover">The data steps of sagas.</param>
/// <param name="Links">The exchange of this region's server; null when it has none.</param>
/// <param name="Conflicts">Who decides this region's conflicts; null when none are configured.</param>
internal readonly record struct MultiMasterParts(IDataMover? Mover, PostgresLinkWatch? Links, ConflictWatch? Conflicts)
{
    private const double BytesOfGigabyte = 1e9;

    /// <summary>Longer than a receiver takes to start again.</summary>
    private static readonly TimeSpan SlotIdle = TimeSpan.FromMinutes(1);

    /// <summary>The parts; none unless every region writes.</summary>
    /// <exception cref="InvalidOperationException">A password cannot be read.</exception>
    public static MultiMasterParts Create(
        AgentOptions options, LeadershipTiming timing, LeadershipLoop leadership, Func<JournalRecord?> record, AgentClock clock, AuditLog audit, ILoggerFactory loggers)
    {
        if (options.Database.Postgresql is not { Mode: PostgresMode.MultiMaster } postgres)
        {
            return default;
        }

        var writers = postgres.PrimaryRegions.Where(static s => s.Role == PostgresRole.Writer).ToList();
        var mover = new PostgresMultiMover(
            writers.ToDictionary(static s => s.Region, Master), new PostgresComparison(postgres.Replication.CompareTimeout, clock), timing, () => leadership.Standing, clock);
        if (writers.Find(s => s.Region == options.Region) is not { } own)
        {
            return new MultiMasterParts(mover, null, null);
        }

        var links = new PostgresLinkWatch(
            Master(own), writers.Where(s => s != own).ToDictionary(static s => s.Region, static s => s.NodeName), postgres.Interval, postgres.Timeout,
            postgres.Replication.SlotLimitGb is { } limit ? (long)(limit * BytesOfGigabyte) : null, SlotIdle, record, clock, audit, loggers.CreateLogger<PostgresLinkWatch>());
        return new MultiMasterParts(mover, links, Conflicts(own));

        // Each with connections of its own: what is slow for one must not hold another up.
        PostgresMaster Master(PostgresServerOptions server) => new(
            server.Region, server.NodeName, new PostgresNode(postgres.ToPostgres(server), clock.Time), new PostgresLinks(postgres.ToPostgres(server), clock.Time));

        ConflictWatch? Conflicts(PostgresServerOptions server)
        {
            if (postgres.Conflicts is not { } conflicts)
            {
                return null;
            }

            var database = new PostgresConflicts(postgres.ToPostgres(server), clock.Time);
            return new ConflictWatch(
                new ConflictTable(database, postgres.Timeout), database, postgres.ConflictStrategies(), conflicts.Interval, postgres.Timeout, conflicts.MaxClockOffset, clock, loggers.CreateLogger<ConflictWatch>());
        }
    }
}
