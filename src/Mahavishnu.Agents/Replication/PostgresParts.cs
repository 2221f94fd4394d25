using Mahavishnu.Agents.Adapters.Consul;
using Mahavishnu.Agents.Adapters.Postgres;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Hosting;
using Mahavishnu.Agents.Leadership;
using Mahavishnu.Agents.Voting;

namespace Mahavishnu.Agents.Replication;

/// <summary>The parts that look after PostgreSQL, and after its one primary where there is one.</summary>
/// <param name="Watch">The region's own server; null when it has none.</param>
/// <param name="Primary">The region's right to write; null when every server writes.</param>
/// <param name="Standby">Whom the region's own server follows; null without one, and when every server writes.</param>
/// <param name="Mover">The data steps of sagas; null when every server writes.</param>
internal readonly record struct PostgresParts(PostgresWatch? Watch, PrimaryLoop? Primary, StandbyLoop? Standby, IDataMover? Mover)
{
    /// <summary>The parts; none without PostgreSQL.</summary>
    /// <exception cref="InvalidOperationException">A password or token cannot be read.</exception>
    public static PostgresParts Create(
        AgentOptions options, LeadershipTiming timing, LeadershipLoop leadership, VoteLoop votes, PeerClocks clocks, Func<bool> sagaRuns, AgentClock clock, AuditLog audit, ILoggerFactory loggers)
    {
        if (options.Database.Postgresql is not { } postgres)
        {
            return default;
        }

        var own = postgres.PrimaryRegions.FirstOrDefault(s => s.Region == options.Region);
        var watch = own is null ? null : new PostgresWatch(
            options.Region, postgres, Node(own), votes.Process, clocks.Of, clock, options.ToFailoverSettings(timing).LagFreshness, loggers.CreateLogger<PostgresWatch>());
        if (!options.HasPostgresPrimary())
        {
            return new PostgresParts(watch, null, null, null);
        }

        var proofs = new SharedProofs();
        var split = options.SplitBrainPrevention;
        var writer = postgres.PrimaryRegions.Single(static s => s.Role == PostgresRole.Writer).Region;
        var primary = new PrimaryLoop(
            options.Region, votes.Process, writer, Claims(), own is null ? null : Node(own), split.PrimaryTiming, timing.HeartbeatInterval, leadership, sagaRuns, clock, audit, loggers.CreateLogger<PrimaryLoop>());
        var mover = new PostgresMover(
            postgres.PrimaryRegions.ToDictionary(static s => s.Region, Node), Claims(), timing, split.PrimaryTiming.RevocationWait, () => leadership.Standing, clock);
        if (watch is null)
        {
            return new PostgresParts(null, primary, null, mover);
        }

        var server = new PostgresStandby(postgres.ToPostgres(own!), clock.Time);
        var standby = new StandbyLoop(options.Region, postgres, server, () => watch.Reading, primary.Writer, clock, audit, loggers.CreateLogger<StandbyLoop>());
        (watch.MayBeat, watch.Following) = (primary.MayBeat, standby.Findings);
        return new PostgresParts(watch, primary, standby, mover);

        // Each with connections of its own: what is slow for one must not hold another up.
        PostgresNode Node(PostgresServerOptions server) => new(postgres.ToPostgres(server), clock.Time);

        PrimaryClaims Claims() => new(
            PostgresWatch.Name,
            [.. options.Stores().Select(s => new ConsulPrimaryStore(s.Region, split.Consul.ControlPrefix, s.ToClient(timing, clock.Time)))],
            options.AgentName,
            timing.RequestTimeout,
            proofs,
            clock);
    }
}
