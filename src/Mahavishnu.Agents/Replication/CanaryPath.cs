using System.Globalization;
using System.Text;
using Mahavishnu.Agents.Adapters.S3;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Replication.Storage;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Replication;

/// <summary>Writes canaries into a bucket, and looks for them in a copy of it.</summary>
/// <param name="source">The bucket that is copied.</param>
/// <param name="destination">The copy.</param>
/// <param name="nodes">Their clients.</param>
/// <param name="track">What is known of the path.</param>
/// <param name="prefix">What the keys begin with; unlike those of any other agent.</param>
/// <param name="timeout">How long one request may take.</param>
/// <param name="clock">The clock.</param>
internal sealed class CanaryPath(
    StorageBucket source, StorageBucket destination, (S3Node Source, S3Node Destination) nodes, CanaryTrack track, string prefix, TimeSpan timeout, AgentClock clock)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _hashes = new(StringComparer.Ordinal);
    private long _sent;

    /// <summary>The bucket that is copied.</summary>
    public StorageBucket Source => source;

    /// <summary>The copy.</summary>
    public StorageBucket Destination => destination;

    /// <summary>The path's name in findings.</summary>
    public string Link => $"{source.Name} to {destination.Name}";

    /// <summary>Writes the next one.</summary>
    /// <returns>Why it could not be written; null when it was.</returns>
    public async Task<string?> SendAsync(CancellationToken cancellationToken)
    {
        var (at, stamp) = (clock.Now, clock.Wall);
        var key = string.Create(CultureInfo.InvariantCulture, $"{prefix}{stamp.ToUnixTimeMilliseconds()}-{Interlocked.Increment(ref _sent)}");
        var answer = await nodes.Source.PutAsync(key, Encoding.UTF8.GetBytes($"{key} {stamp:O}\n"), timeout, cancellationToken);
        if (answer is not DataAnswer<string>.Ok written)
        {
            return answer.Problem;
        }

        lock (_gate)
        {
            track.Sent(key, at);
            _hashes[key] = written.Value;
        }

        return null;
    }

    /// <summary>Looks for those that have not arrived.</summary>
    /// <returns>Why the copy could not be looked at; null when it could, or when nothing was to be looked for.</returns>
    public async Task<string?> LookAsync(CancellationToken cancellationToken)
    {
        List<(string Key, string Hash)> awaited;
        lock (_gate)
        {
            awaited = [.. track.Awaited.Select(k => (k, _hashes[k]))];
            foreach (var gone in _hashes.Keys.Except(awaited.Select(static a => a.Key)).ToList())
            {
                _hashes.Remove(gone);
            }
        }

        var seen = await Task.WhenAll(awaited.Select(a => LookAsync(a.Key, a.Hash, cancellationToken)));
        return seen.FirstOrDefault(static p => p is not null);
    }

    /// <summary>What is known of the path.</summary>
    public CanaryReading Judge()
    {
        lock (_gate)
        {
            return track.Judge(clock.Now);
        }
    }

    private async Task<string?> LookAsync(string key, string hash, CancellationToken cancellationToken)
    {
        var at = clock.Now;
        var answer = await nodes.Destination.VerifyAsync(key, hash, timeout, cancellationToken);
        var sight = (answer as DataAnswer<S3Sighting>.Ok)?.Value.Presence switch
        {
            S3Presence.Same => CanarySight.Arrived,
            S3Presence.Different => CanarySight.Different,
            S3Presence.Absent => await GivenUpAsync(key, cancellationToken) ? CanarySight.Failed : CanarySight.Absent,
            _ => CanarySight.Unknown,
        };
        lock (_gate)
        {
            track.Looked(key, sight, at);
        }

        return answer.Problem;
    }

    private async Task<bool> GivenUpAsync(string key, CancellationToken cancellationToken) =>
        await nodes.Source.StatusAsync(key, timeout, cancellationToken) is DataAnswer<S3ReplicationStatus>.Ok { Value: S3ReplicationStatus.Failed };
}
