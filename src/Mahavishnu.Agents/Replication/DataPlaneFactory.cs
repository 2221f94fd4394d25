using Mahavishnu.Agents.Adapters.Consul;
using Mahavishnu.Agents.Adapters.Postgres;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Hosting;
using Mahavishnu.Agents.Leadership;
using Mahavishnu.Agents.Voting;

namespace Mahavishnu.Agents.Replication;

/// <summary>Makes the parts that look after stores of data.</summary>
internal static class DataPlaneFactory
{
    /// <summary>The parts; null when no store of data is configured.</summary>
    /// <exception cref="InvalidOperationException">A password or token cannot be read.</exception>
    public static DataPlane? Create(
        AgentOptions options, LeadershipTiming timing, LeadershipLoop leadership, VoteLoop votes, Func<bool> sagaRuns, AgentClock clock, AuditLog audit, ILoggerFactory loggers)
    {
        if (options.Database.Postgresql is not { } postgres)
        {
            return null;
        }

        var clocks = new PeerClocks(votes, clock, timing.ClockDrift);
        var own = postgres.PrimaryRegions.FirstOrDefault(s => s.Region == options.Region);
        var watch = own is null ? null : new PostgresWatch(
            options.Region, postgres, Node(own), votes.Process, clocks.Of, clock, options.ToFailoverSettings(timing).LagFreshness, loggers.CreateLogger<PostgresWatch>());
        if (watch is not null)
        {
            votes.Lag = watch.Votes;
        }

        // A vote is written within one request, then read at the next look within another.
        var travel = (timing.RequestTimeout * 2) + options.ToVoteSettings(timing).ReadInterval;
        if (!options.HasPostgresPrimary())
        {
            return new DataPlane(watch, null, null, clocks, votes, travel, clock);
        }

        var proofs = new SharedProofs();
        var split = options.SplitBrainPrevention;
        var writer = postgres.PrimaryRegions.Single(static s => s.Role == PostgresRole.Writer).Region;
        var primary = new PrimaryLoop(
            options.Region, votes.Process, writer, Claims(), own is null ? null : Node(own), split.PrimaryTiming, timing.HeartbeatInterval, leadership, sagaRuns, clock, audit, loggers.CreateLogger<PrimaryLoop>());
        if (watch is not null)
        {
            watch.MayBeat = primary.MayBeat;
        }

        var mover = new PostgresMover(
            postgres.PrimaryRegions.ToDictionary(static s => s.Region, Node), Claims(), timing, split.PrimaryTiming.RevocationWait, () => leadership.Standing, clock);
        return new DataPlane(watch, primary, mover, clocks, votes, travel, clock);

        // Each with connections of its own: what is slow for one must not hold another up.
        PostgresNode Node(PostgresServerOptions server) => new(postgres.ToPostgres(server), clock.Time);

        PrimaryClaims Claims() => new(
            PostgresWatch.Store,
            [.. options.Stores().Select(s => new ConsulPrimaryStore(s.Region, split.Consul.ControlPrefix, s.ToClient(timing, clock.Time)))],
            options.AgentName,
            timing.RequestTimeout,
            proofs,
            clock);
    }
}
