using Mahavishnu.Agents.Adapters.Kafka;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Core.Replication.Kafka;

namespace Mahavishnu.Agents.Replication;

/// <summary>What has arrived of one region's heartbeats: the agents' own, and MirrorMaker's. Not thread-safe.</summary>
internal sealed class KafkaSource(HeartbeatTrack track)
{
    private StoredHeartbeat? _newest;

    /// <summary>The lag by the agents' heartbeats.</summary>
    public HeartbeatTrack Track => track;

    /// <summary>What of them is missing, or came more than once.</summary>
    public SequenceTrack Numbers { get; } = new();

    /// <summary>The stamp of MirrorMaker's newest own heartbeat, by its worker's clock; null before the first.</summary>
    public DateTimeOffset? MirrorStamp { get; private set; }

    /// <summary>Why the last record of MirrorMaker could not be read; null when it could.</summary>
    public string? Foreign { get; private set; }

    /// <summary>A topic was read to its end.</summary>
    /// <param name="at">When the read began, on the monotonic clock.</param>
    /// <param name="messages">What was new in it.</param>
    /// <param name="mirror">Whether it is MirrorMaker's own.</param>
    /// <param name="clockOf">The clock of a process.</param>
    public void Take(TimeSpan at, IEnumerable<KafkaMessage> messages, bool mirror, Func<string, PeerClock?> clockOf)
    {
        if (mirror)
        {
            foreach (var message in messages.Where(static m => m.Value.Length > 0))
            {
                var (heartbeat, problem) = MirrorRecords.Heartbeat(message.Key.Span, message.Value.Span);
                Foreign = heartbeat is null ? problem : null;
                if (heartbeat is { StampMs: < 253_402_300_800_000 } && DateTimeOffset.FromUnixTimeMilliseconds(heartbeat.StampMs) is var stamp && (MirrorStamp is null || stamp > MirrorStamp))
                {
                    MirrorStamp = stamp;
                }
            }

            return;
        }

        foreach (var beat in messages.Select(static m => KafkaBeat.Read(m.Value.Span)).OfType<StoredHeartbeat>())
        {
            Numbers.Observe(beat.Process, beat.Sequence);

            // One that came late tells nothing new.
            _newest = _newest is { } before && before.Process == beat.Process && before.Sequence >= beat.Sequence ? before : beat;
        }

        track.Observe(at, _newest, _newest is null ? null : clockOf(_newest.Process));
    }
}
