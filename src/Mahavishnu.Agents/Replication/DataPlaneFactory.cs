using Mahavishnu.Agents.Adapters.Kafka;
using Mahavishnu.Agents.Adapters.Redis;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Failover;
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
        AgentOptions options, LeadershipTiming timing, LeadershipLoop leadership, VoteLoop votes, Func<JournalRecord?> record, AgentClock clock, AuditLog audit, AgentMetrics metrics, ILoggerFactory loggers)
    {
        var clocks = new PeerClocks(votes, clock, timing.ClockDrift);
        var watches = new List<StoreWatch>();
        var movers = new List<IDataMover>();
        var postgres = PostgresParts.Create(options, timing, leadership, votes, clocks, () => record() is { Ended: false }, clock, audit, loggers);
        var multi = MultiMasterParts.Create(options, timing, leadership, record, clock, audit, loggers);
        var search = SearchParts.Create(options, timing, leadership, votes, clocks, clock, loggers);
        watches.AddRange(new StoreWatch?[] { postgres.Watch, multi.Links, multi.Conflicts, Redis(options, clock, loggers), search.Watch, Kafka(options, timing, votes, clocks, clock, loggers), S3(options, clock, metrics, loggers) }.OfType<StoreWatch>());
        movers.AddRange(new IDataMover?[] { postgres.Mover, multi.Mover, search.Mover }.OfType<IDataMover>());

        // A vote is written within one request, then read at the next look within another.
        var travel = (timing.RequestTimeout * 2) + options.ToVoteSettings(timing).ReadInterval;
        var data = new DataPlane(clocks, watches, postgres.Primary, postgres.Standby, movers, votes, travel, clock);
        (votes.Lag, votes.Broken) = (data.Said, data.Broken);
        return data;
    }

    private static KafkaWatch? Kafka(AgentOptions options, LeadershipTiming timing, VoteLoop votes, PeerClocks clocks, AgentClock clock, ILoggerFactory loggers) =>
        options.Messaging.Kafka is { } kafka && kafka.ToKafka(options.Region) is { } reach
            ? new KafkaWatch(options.Region, kafka, new KafkaNode(reach, clock.Time), votes.Process, clocks.Of, clock, options.ToFailoverSettings(timing).LagFreshness, loggers.CreateLogger<KafkaWatch>())
            : null;

    private static RedisWatch? Redis(AgentOptions options, AgentClock clock, ILoggerFactory loggers) =>
        options.ToRedis() is var (reach, expected) && options.Cache.Redis is { } cache
            ? new RedisWatch(new RedisNode(reach, clock.Time), expected, cache.Interval, cache.Timeout, clock, loggers.CreateLogger<RedisWatch>())
            : null;

    private static S3Watch? S3(AgentOptions options, AgentClock clock, AgentMetrics metrics, ILoggerFactory loggers) =>
        options.Storage.S3 is { } s3
            ? new S3Watch(options.Region, options.AgentName, s3.ToIntent(), s3.ToNodes(clock.Time), s3, clock, metrics.JobEnded, loggers.CreateLogger<S3Watch>())
            : null;
}
