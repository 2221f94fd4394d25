namespace Mahavishnu.Agents.Core.Replication.Kafka;

/// <summary>A topic as it is configured.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Partitions">How many partitions.</param>
/// <param name="ReplicationFactor">How many copies of each.</param>
/// <param name="Retention">How long messages are kept; null when that is left to the cluster.</param>
public sealed record WantedTopic(string Name, int Partitions, int ReplicationFactor, TimeSpan? Retention);

/// <summary>A topic as the cluster shows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Partitions">Its partitions.</param>
public sealed record SeenTopic(string Name, IReadOnlyList<SeenPartition> Partitions);

/// <summary>A partition.</summary>
/// <param name="Id">Its number.</param>
/// <param name="HasLeader">Whether anybody serves it.</param>
/// <param name="Replicas">Copies that there should be.</param>
/// <param name="InSync">Copies that are complete.</param>
public sealed record SeenPartition(int Id, bool HasLeader, int Replicas, int InSync);

/// <summary>Holds a cluster against its configuration.</summary>
public static class KafkaHealth
{
    /// <summary>What is not as it should be, the critical first.</summary>
    /// <param name="brokers">How many brokers answer.</param>
    /// <param name="seen">Every topic of the cluster.</param>
    /// <param name="wanted">The configured ones.</param>
    public static IReadOnlyList<StoreFinding> Findings(int brokers, IReadOnlyCollection<SeenTopic> seen, IReadOnlyCollection<WantedTopic> wanted)
    {
        ArgumentNullException.ThrowIfNull(seen);
        ArgumentNullException.ThrowIfNull(wanted);
        var topics = seen.ToDictionary(static t => t.Name, StringComparer.Ordinal);
        return [.. seen.SelectMany(OfTopic).Concat(wanted.SelectMany(w => OfWanted(brokers, w, topics.GetValueOrDefault(w.Name)))).OrderByDescending(static f => f.Severity).ThenBy(static f => f.Rule, StringComparer.Ordinal)];
    }

    private static IEnumerable<StoreFinding> OfTopic(SeenTopic topic)
    {
        var leaderless = topic.Partitions.Where(static p => !p.HasLeader).Select(static p => p.Id).ToList();
        var thin = topic.Partitions.Where(static p => p.HasLeader && p.InSync < p.Replicas).Select(static p => p.Id).ToList();
        return
        [
            .. When(leaderless.Count > 0, "K-01", FindingSeverity.Critical, $"{topic.Name}: nobody serves {leaderless.Count} of {topic.Partitions.Count} partitions ({Few(leaderless)})"),
            .. When(thin.Count > 0, "K-02", FindingSeverity.Warning, $"{topic.Name}: {thin.Count} of {topic.Partitions.Count} partitions have fewer copies in sync than they should ({Few(thin)})"),
        ];
    }

    private static IEnumerable<StoreFinding> OfWanted(int brokers, WantedTopic wanted, SeenTopic? seen)
    {
        var copies = seen is { Partitions.Count: > 0 } ? seen.Partitions.Min(static p => p.Replicas) : wanted.ReplicationFactor;
        return
        [
            .. When(wanted.ReplicationFactor > brokers, "K-03", FindingSeverity.Warning, $"{wanted.Name}: {wanted.ReplicationFactor} copies are configured, and {brokers} brokers answer"),
            .. When(seen is null, "K-04", FindingSeverity.Critical, $"{wanted.Name}: is configured and does not exist; `mahavishnu-agent messaging apply` makes it"),
            .. When(seen is not null && seen.Partitions.Count != wanted.Partitions, "K-05", FindingSeverity.Warning, $"{wanted.Name}: has {seen?.Partitions.Count} partitions; {wanted.Partitions} are configured"),
            .. When(seen is not null && copies < wanted.ReplicationFactor, "K-06", FindingSeverity.Warning, $"{wanted.Name}: has partitions with {copies} copies; {wanted.ReplicationFactor} are configured"),
        ];
    }

    private static StoreFinding[] When(bool isSo, string rule, FindingSeverity severity, string sentence) => isSo ? [new StoreFinding(rule, severity, sentence)] : [];

    private static string Few(List<int> partitions) => string.Join(", ", partitions.Take(5)) + (partitions.Count > 5 ? ", …" : "");
}
