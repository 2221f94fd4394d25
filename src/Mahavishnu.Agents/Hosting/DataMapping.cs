using Mahavishnu.Agents.Adapters.Kafka;
using Mahavishnu.Agents.Adapters.Postgres;
using Mahavishnu.Agents.Adapters.Redis;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Core.Replication.Kafka;
using Mahavishnu.Agents.Replication;

namespace Mahavishnu.Agents.Hosting;

/// <summary>Turns the configuration of stores of data into their clients.</summary>
internal static class DataMapping
{
    /// <summary>Whether one server writes and the others follow it: what can be fenced and promoted.</summary>
    public static bool HasPostgresPrimary(this AgentOptions options) => options.Database.Postgresql is { Mode: PostgresMode.PrimaryReplica };

    /// <summary>The stores whose lag is measured.</summary>
    public static IReadOnlySet<DataStore> MeasuredStores(this AgentOptions options) => new HashSet<DataStore>(
    [
        .. options.Database.Postgresql is null ? Array.Empty<DataStore>() : [DataStore.Postgresql],
        .. options.Opensearch is null ? Array.Empty<DataStore>() : [DataStore.OpenSearch],
        .. options.Messaging.Kafka is { HeartbeatTopic: not null } ? new[] { DataStore.Kafka } : [],
        .. options.Storage.S3 is { Replication: { Enabled: true, Rules.Count: > 0 } } ? new[] { DataStore.S3 } : [],
    ]);

    /// <summary>The names of the stores whose loss counts for decisions.</summary>
    public static IReadOnlyList<string> LossStores(this AgentOptions options) =>
        [.. (options.Failover.DataLossStores ?? options.MeasuredStores().Where(static s => s == DataStore.Postgresql)).Select(static s => s.ToString().ToLowerInvariant())];

    /// <summary>The data steps of sagas in which a configured store has something to do.</summary>
    public static IReadOnlySet<SagaStep> DataSteps(this AgentOptions options)
    {
        IReadOnlySet<SagaStep> none = new HashSet<SagaStep>();
        var postgres = options.HasPostgresPrimary() ? PostgresMover.DataSteps : options.Database.Postgresql is not null ? PostgresMultiMover.DataSteps : none;
        return new HashSet<SagaStep>([.. postgres, .. options.Opensearch is null ? none : SearchMover.DataSteps]);
    }

    /// <summary>How a region's cluster of OpenSearch is reached.</summary>
    /// <exception cref="InvalidOperationException">The password cannot be read.</exception>
    public static Adapters.OpenSearch.OpenSearchOptions ToOpenSearch(this SearchOptions search, RegionId region, Uri endpoint)
    {
        if (search.Password is not null)
        {
            _ = Reveal.Required(search.Password, "opensearch.password");
        }

        return new Adapters.OpenSearch.OpenSearchOptions
        {
            Region = region,
            Address = endpoint,
            Username = search.Username,
            Password = search.Password is null ? null : () => search.Password.TryReveal(out var password, out _) ? password : null,
            CaFile = search.CaFile,
            HeartbeatIndex = search.HeartbeatIndex,
            ConnectTimeout = search.Timeout / 2,
        };
    }

    /// <summary>The tables that decisions of conflicts may be written to.</summary>
    public static IReadOnlyList<PostgresConflictTable> ConflictTables(this PostgresqlOptions postgres) =>
        [.. (postgres.Conflicts?.Tables ?? new Dictionary<string, ConflictTableOptions>()).Select(static t => new PostgresConflictTable(ConflictEvent.Qualified(t.Key), t.Value.Key, t.Value.VersionColumn))];

    /// <summary>How the conflicts of each table are decided, by its name with the schema.</summary>
    public static IReadOnlyDictionary<string, ConflictStrategy> ConflictStrategies(this PostgresqlOptions postgres) =>
        (postgres.Conflicts?.Tables ?? new Dictionary<string, ConflictTableOptions>()).ToDictionary(
            static t => ConflictEvent.Qualified(t.Key), t => ConflictStrategy.Find(t.Value.Strategy ?? postgres.Replication.ConflictResolution)!);

    /// <summary>The topics that there should be: the configured ones, and that of heartbeats.</summary>
    public static IReadOnlyList<WantedTopic> ToTopics(this KafkaMessagingOptions kafka) =>
    [
        .. kafka.Topics.Select(t => new WantedTopic(t.Name, t.Partitions, t.ReplicationFactor ?? kafka.ReplicationFactor, t.Retention)),
        .. kafka.HeartbeatTopic is { } topic && kafka.Topics.All(t => t.Name != topic) ? new[] { new WantedTopic(topic, 1, kafka.ReplicationFactor, TimeSpan.FromHours(1)) } : [],
    ];

    /// <summary>How a region's cluster of Kafka is reached; null when it has none.</summary>
    /// <exception cref="InvalidOperationException">The password cannot be read.</exception>
    public static KafkaOptions? ToKafka(this KafkaMessagingOptions kafka, RegionId region)
    {
        if (kafka.Password is not null)
        {
            _ = Reveal.Required(kafka.Password, "messaging.kafka.password");
        }

        return !kafka.BootstrapServers.TryGetValue(region, out var bootstrap) ? null : new KafkaOptions
        {
            Region = region,
            Bootstrap = bootstrap,
            Username = kafka.Username,
            Password = kafka.Password is null ? null : () => kafka.Password.TryReveal(out var password, out _) ? password : null,
            Tls = kafka.Tls,
            RootCertificate = kafka.CaFile,
            MessageTimeout = kafka.Timeout,
        };
    }

    /// <summary>The region's own Redis, and what it should be like; null when the agent is not to look at it.</summary>
    /// <exception cref="InvalidOperationException">The password cannot be read.</exception>
    public static (RedisOptions Options, RedisExpectation Expected)? ToRedis(this AgentOptions options)
    {
        if (options.Cache is not { Endpoint: { } host, Redis: { } redis })
        {
            return null;
        }

        if (redis.Password is not null)
        {
            _ = Reveal.Required(redis.Password, "cache.redis.password");
        }

        return (
            new RedisOptions
            {
                Region = options.Region,
                Endpoints = [new RedisEndPoint(host, options.Cache.Port)],
                Username = redis.Username,
                Password = redis.Password is null ? null : () => redis.Password.TryReveal(out var password, out _) ? password : null,
                Tls = redis.Tls,
                RootCertificate = redis.CaFile,
                ConnectTimeout = redis.Timeout / 2,
            },
            new RedisExpectation
            {
                Mode = redis.Mode == RedisCacheMode.Cluster ? RedisMode.Cluster : RedisMode.Standalone,
                Policy = redis.EvictionPolicy,
                MaxMemoryBytes = redis.MaxMemoryMb * 1_000_000L,
                AppendOnly = redis.Persistence.AofEnabled,
                HoldsSessions = redis.Sessions,
                ReplicasPerMaster = redis.Replicas,
            });
    }

    /// <summary>How a server is reached as the agent.</summary>
    /// <exception cref="InvalidOperationException">The password cannot be read.</exception>
    public static PostgresOptions ToPostgres(this PostgresqlOptions postgres, PostgresServerOptions server)
    {
        const string Key = "database.postgresql.password";
        if (postgres.Password is not null)
        {
            _ = Reveal.Required(postgres.Password, Key); // Wrong at the start is an error of configuration; later the server says what it misses.
        }

        return new PostgresOptions
        {
            Region = server.Region,
            Host = server.Endpoint.Host,
            Port = server.Endpoint.Port > 0 ? server.Endpoint.Port : 5432,
            Database = postgres.Database,
            Username = postgres.Username,
            Password = postgres.Password is null ? null : () => postgres.Password.TryReveal(out var password, out _) ? password : null,
            ApplicationRole = postgres.ApplicationRole,
            Tls = postgres.Tls switch
            {
                PostgresEncryption.Disable => PostgresTls.Disable,
                PostgresEncryption.Prefer => PostgresTls.Prefer,
                PostgresEncryption.Require => PostgresTls.Require,
                _ => PostgresTls.VerifyFull,
            },
            RootCertificate = postgres.CaFile,
            ConnectTimeout = postgres.Timeout,
        };
    }
}
