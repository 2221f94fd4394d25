using Mahavishnu.Agents.Adapters.Consul;
using Mahavishnu.Agents.Adapters.Postgres;
using Mahavishnu.Agents.Adapters.Redis;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Hosting;
using Mahavishnu.Agents.Leadership;
using Mahavishnu.Agents.Voting;

namespace Mahavishnu.Agents.Replication;

/// <summary>Makes the parts that look after stores of data.</summary>
internal static class DataPlaneFactory
{
    /// <summary>The parts. Without any store configured there are none, and nothing is looked at.</summary>
    /// <exception cref="InvalidOperationException">A password or token cannot be read.</exception>
    public static DataPlane Create(
        AgentOptions options, LeadershipTiming timing, LeadershipLoop leadership, VoteLoop votes, Func<bool> sagaRuns, AgentClock clock, AuditLog audit, AgentMetrics metrics, ILoggerFactory loggers)
    {
        var clocks = new PeerClocks(votes, clock, timing.ClockDrift);
        var watches = new List<StoreWatch>();
        var movers = new List<IDataMover>();
        var postgres = options.Database.Postgresql is { } configured ? PostgresParts(options, configured, timing, leadership, votes, clocks, sagaRuns, clock, audit, loggers) : default;
        watches.AddRange(new StoreWatch?[] { postgres.Watch, Redis(options, clock, loggers), S3(options, clock, metrics, loggers) }.OfType<StoreWatch>());
        movers.AddRange(new IDataMover?[] { postgres.Mover }.OfType<IDataMover>());

        // A vote is written within one request, then read at the next look within another.
        var travel = (timing.RequestTimeout * 2) + options.ToVoteSettings(timing).ReadInterval;
        var data = new DataPlane(clocks, watches, postgres.Primary, movers, votes, travel, clock);
        (votes.Lag, votes.Broken) = (data.Said, data.Broken);
        return data;
    }

    private static RedisWatch? Redis(AgentOptions options, AgentClock clock, ILoggerFactory loggers) =>
        options.ToRedis() is var (reach, expected) && options.Cache.Redis is { } cache
            ? new RedisWatch(new RedisNode(reach, clock.Time), expected, cache.Interval, cache.Timeout, clock, loggers.CreateLogger<RedisWatch>())
            : null;

    private static S3Watch? S3(AgentOptions options, AgentClock clock, AgentMetrics metrics, ILoggerFactory loggers) =>
        options.Storage.S3 is { } s3
            ? new S3Watch(options.Region, options.AgentName, s3.ToIntent(), s3.ToNodes(clock.Time), s3, clock, metrics.JobEnded, loggers.CreateLogger<S3Watch>())
            : null;

    private static (PostgresWatch? Watch, PrimaryLoop? Primary, IDataMover? Mover) PostgresParts(
        AgentOptions options, PostgresqlOptions postgres, LeadershipTiming timing, LeadershipLoop leadership, VoteLoop votes, PeerClocks clocks, Func<bool> sagaRuns, AgentClock clock, AuditLog audit, ILoggerFactory loggers)
    {
        var own = postgres.PrimaryRegions.FirstOrDefault(s => s.Region == options.Region);
        var watch = own is null ? null : new PostgresWatch(
            options.Region, postgres, Node(own), votes.Process, clocks.Of, clock, options.ToFailoverSettings(timing).LagFreshness, loggers.CreateLogger<PostgresWatch>());
        if (!options.HasPostgresPrimary())
        {
            return (watch, null, null);
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
        return (watch, primary, mover);

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
