using Mahavishnu.Agents.Core.Replication.Kafka;

namespace Mahavishnu.Agents.Adapters.Kafka;

/// <summary>What a cluster says of itself at one moment.</summary>
/// <param name="Brokers">The brokers that answer or are known, by number.</param>
/// <param name="Topics">Every topic that is not the cluster's own.</param>
public sealed record KafkaReading(IReadOnlyList<int> Brokers, IReadOnlyList<SeenTopic> Topics);

/// <summary>A message as it was read.</summary>
/// <param name="Topic">Its topic.</param>
/// <param name="Key">Its key; empty when it has none.</param>
/// <param name="Value">Its value; empty for a tombstone.</param>
public sealed record KafkaMessage(string Topic, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value);

/// <summary>How far a group is in a partition.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Lag">Messages that it has not taken; null when that is not known.</param>
public sealed record KafkaGroupLag(string Topic, int Partition, long? Lag);
