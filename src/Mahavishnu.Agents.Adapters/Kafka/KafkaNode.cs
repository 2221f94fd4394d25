using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Replication.Kafka;

namespace Mahavishnu.Agents.Adapters.Kafka;

/// <summary>
/// One cluster of Kafka: its topics and brokers, heartbeats into it, the newest messages of some topics, and how far consumer
/// groups are. Safe for concurrent use but for <see cref="ReadTailAsync"/>, which one caller at a time may use.
/// </summary>
/// <remarks>
/// Every method holds its deadline, and throws only when its caller cancels (<see cref="OperationCanceledException"/>). Offsets of
/// many partitions are asked for in one request to each broker. The topic <c>__consumer_offsets</c> and its like are left out.
/// </remarks>
public sealed class KafkaNode : IDisposable
{
    private readonly KafkaCalls _calls;
    private readonly IProducer<byte[], byte[]> _producer;
    private readonly IConsumer<byte[], byte[]> _tail;
    private readonly IAdminClient _admin;
    private readonly Dictionary<string, IConsumer<byte[], byte[]>> _groups = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private HashSet<string> _tailed = [];

    /// <summary>Makes the clients; they connect when they are first asked something.</summary>
    /// <exception cref="InvalidOperationException">A setting is not one of the library's.</exception>
    public KafkaNode(KafkaOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_calls, _time) = (new KafkaCalls(options), time);
        _producer = new ProducerBuilder<byte[], byte[]>(_calls.Configure(new ProducerConfig
            {
                EnableIdempotence = true,
                Acks = Acks.All,
                LingerMs = 0,
                MessageTimeoutMs = (int)options.MessageTimeout.TotalMilliseconds,
                Partitioner = Partitioner.Murmur2Random,
            }))
            .SetErrorHandler((_, error) => _calls.Told(error)).SetLogHandler(static (_, message) => KafkaCalls.Ignore(message)).Build();
        _tail = Consumer("mahavishnu-agent-tail");
        _admin = new DependentAdminClientBuilder(_producer.Handle).Build();
    }

    /// <summary>Brokers and topics.</summary>
    public Task<DataAnswer<KafkaReading>> ReadAsync(TimeSpan deadline, CancellationToken cancellationToken) => _calls.RunAsync(
        () =>
        {
            var seen = _admin.GetMetadata(deadline);
            return new KafkaReading(
                [.. seen.Brokers.Select(static b => b.BrokerId).Order()],
                [.. seen.Topics.Where(static t => !t.Topic.StartsWith("__", StringComparison.Ordinal)).OrderBy(static t => t.Topic, StringComparer.Ordinal).Select(static t => new SeenTopic(
                    t.Topic, [.. t.Partitions.OrderBy(static p => p.PartitionId).Select(static p => new SeenPartition(p.PartitionId, p.Leader >= 0, p.Replicas.Length, p.InSyncReplicas.Length))]))]);
        },
        cancellationToken);

    /// <summary>Writes a message into partition 0 of a topic, and waits until every copy in sync has it.</summary>
    /// <returns>How long that took.</returns>
    public async Task<DataAnswer<TimeSpan>> WriteAsync(string topic, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        var startedAt = _time.GetTimestamp();
        try
        {
            await _producer.ProduceAsync(new TopicPartition(topic, 0), new Message<byte[], byte[]> { Key = key.ToArray(), Value = value.ToArray() }, cancellationToken);
            return new DataAnswer<TimeSpan>.Ok(_time.GetElapsedTime(startedAt));
        }
        catch (KafkaException failed)
        {
            return _calls.Failed<TimeSpan>(failed.Error);
        }
    }

    /// <summary>
    /// What is new in partition 0 of some topics since the last call; of a topic that is new to it, the last few messages. Empty
    /// only when the cluster has answered that there is nothing.
    /// </summary>
    /// <param name="topics">Topics that exist.</param>
    /// <param name="deadline">For the whole.</param>
    /// <param name="cancellationToken">The caller's own.</param>
    public Task<DataAnswer<IReadOnlyList<KafkaMessage>>> ReadTailAsync(IReadOnlyCollection<string> topics, TimeSpan deadline, CancellationToken cancellationToken) => _calls.RunAsync<IReadOnlyList<KafkaMessage>>(
        () =>
        {
            var startedAt = _time.GetTimestamp();
            Assign(topics);
            if (topics.Count == 0)
            {
                return [];
            }

            var ends = Ends(_tail, [.. topics.Select(static t => new TopicPartition(t, 0))], deadline);
            List<KafkaMessage> messages = [];
            while (_time.GetElapsedTime(startedAt) is var elapsed && elapsed < deadline && !IsAt(ends))
            {
                if (_tail.Consume(deadline - elapsed) is { Message: { } message } result)
                {
                    messages.Add(new KafkaMessage(result.Topic, message.Key ?? [], message.Value ?? []));
                }
            }

            return messages;
        },
        cancellationToken);

    /// <summary>How far a consumer group is in every partition of some topics. A group that has committed nothing is unknown, and not at the end.</summary>
    public Task<DataAnswer<IReadOnlyList<KafkaGroupLag>>> ReadGroupAsync(string group, IReadOnlyCollection<SeenTopic> topics, TimeSpan deadline, CancellationToken cancellationToken) => _calls.RunAsync<IReadOnlyList<KafkaGroupLag>>(
        () =>
        {
            ArgumentNullException.ThrowIfNull(topics);
            TopicPartition[] partitions = [.. topics.SelectMany(static t => t.Partitions.Select(p => new TopicPartition(t.Name, p.Id)))];
            var consumer = Group(group);
            var ends = Ends(consumer, partitions, deadline);
            return [.. consumer.Committed(partitions, deadline).Select(c => new KafkaGroupLag(
                c.Topic, c.Partition.Value, ConsumerLag.Of(ends.GetValueOrDefault(c.TopicPartition, -1), c.Offset.IsSpecial ? null : c.Offset.Value)))];
        },
        cancellationToken);

    /// <summary>Makes topics that do not exist; one that does is left as it is.</summary>
    /// <returns>Why each could not be made, by name; null for one that was made or was there.</returns>
    public async Task<DataAnswer<IReadOnlyDictionary<string, string?>>> CreateAsync(IReadOnlyCollection<WantedTopic> topics, TimeSpan deadline)
    {
        ArgumentNullException.ThrowIfNull(topics);
        var made = topics.ToDictionary(static t => t.Name, static _ => (string?)null, StringComparer.Ordinal);
        try
        {
            await _admin.CreateTopicsAsync(
                topics.Select(static t => new TopicSpecification
                {
                    Name = t.Name,
                    NumPartitions = t.Partitions,
                    ReplicationFactor = (short)t.ReplicationFactor,
                    Configs = t.Retention is { } kept ? new() { ["retention.ms"] = ((long)kept.TotalMilliseconds).ToString(System.Globalization.CultureInfo.InvariantCulture) } : [],
                }),
                new CreateTopicsOptions { RequestTimeout = deadline, OperationTimeout = deadline });
        }
        catch (CreateTopicsException failed)
        {
            foreach (var result in failed.Results.Where(static r => r.Error.IsError && r.Error.Code != ErrorCode.TopicAlreadyExists))
            {
                made[result.Topic] = _calls.Failed<bool>(result.Error).Problem;
            }
        }
        catch (KafkaException failed)
        {
            return _calls.Failed<IReadOnlyDictionary<string, string?>>(failed.Error);
        }

        return new DataAnswer<IReadOnlyDictionary<string, string?>>.Ok(made);
    }

    /// <summary>Closes all connections.</summary>
    public void Dispose()
    {
        foreach (var consumer in _groups.Values.Append(_tail))
        {
            consumer.Dispose();
        }

        _admin.Dispose();
        _producer.Dispose();
    }

    /// <summary>The offset of the next message of every partition, by one request to each broker that leads some.</summary>
    private static Dictionary<TopicPartition, long> Ends(IConsumer<byte[], byte[]> consumer, IReadOnlyCollection<TopicPartition> partitions, TimeSpan deadline) =>
        consumer.OffsetsForTimes(partitions.Select(static p => new TopicPartitionTimestamp(p, new Timestamp(Offset.End.Value, TimestampType.CreateTime))), deadline)
            .ToDictionary(static e => e.TopicPartition, static e => e.Offset.IsSpecial ? -1 : e.Offset.Value);

    private bool IsAt(Dictionary<TopicPartition, long> ends) =>
        ends.All(e => e.Value < 1 || (_tail.Position(e.Key) is { IsSpecial: false } position && position.Value >= e.Value));

    private void Assign(IReadOnlyCollection<string> topics)
    {
        const int Few = 16;
        if (_tailed.SetEquals(topics))
        {
            return;
        }

        var added = topics.Except(_tailed).ToList();
        _tail.IncrementalUnassign(_tailed.Except(topics).Select(static t => new TopicPartition(t, 0)));
        _tail.IncrementalAssign(added.Select(static t => new TopicPartitionOffset(t, 0, new Offset(Offset.End.Value - 1999 - Few))));
        _tailed = [.. topics];
    }

    private IConsumer<byte[], byte[]> Group(string group)
    {
        lock (_gate)
        {
            if (!_groups.TryGetValue(group, out var consumer))
            {
                _groups[group] = consumer = Consumer(group);
            }

            return consumer;
        }
    }

    /// <summary>A consumer that only looks: it joins no group and commits nothing.</summary>
    private IConsumer<byte[], byte[]> Consumer(string group) => new ConsumerBuilder<byte[], byte[]>(_calls.Configure(new ConsumerConfig
        {
            GroupId = group,
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            AutoOffsetReset = AutoOffsetReset.Latest,
            EnablePartitionEof = false,
        }))
        .SetErrorHandler((_, error) => _calls.Told(error)).SetLogHandler(static (_, message) => KafkaCalls.Ignore(message)).Build();
}
