namespace Mahavishnu.Agents.Core.Replication.Kafka;

/// <summary>How MirrorMaker 2 names what it copies: <c>SOURCE</c>, separator, <c>topic</c>.</summary>
/// <remarks>Source: Apache Kafka, <c>DefaultReplicationPolicy.java</c>. A name's source is what stands before its first separator.</remarks>
/// <param name="Separator">Default <c>.</c>.</param>
public sealed record MirrorPolicy(string Separator = ".")
{
    /// <summary>The name of a topic of another cluster here.</summary>
    public string Remote(string source, string topic) => source + Separator + topic;

    /// <summary>Where MirrorMaker keeps the checkpoints of a source, in the target.</summary>
    public string Checkpoints(string source) => $"{source}{Separator}checkpoints{Separator}internal";

    /// <summary>The source that a name says, and the name there; null for a topic of this cluster's own.</summary>
    public (string Source, string Topic)? SourceOf(string topic)
    {
        ArgumentNullException.ThrowIfNull(topic);
        var at = topic.IndexOf(Separator, StringComparison.Ordinal);
        return at > 0 && at + Separator.Length < topic.Length ? (topic[..at], topic[(at + Separator.Length)..]) : null;
    }

    /// <summary>Whether copying a topic to a cluster would send it round: it has been there already.</summary>
    public bool IsCycle(string topic, string target)
    {
        for (var rest = SourceOf(topic); rest is var (source, name); rest = SourceOf(name))
        {
            if (source == target)
            {
                return true;
            }
        }

        return false;
    }
}
