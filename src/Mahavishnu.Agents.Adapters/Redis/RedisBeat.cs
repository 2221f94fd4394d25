using System.Globalization;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Adapters.Redis;

/// <summary>A sign of life that is written in one region and read in others: its age where it is read is the lag, end to end.</summary>
/// <param name="Process">Who wrote it, e.g. host and start of the agent; sequences of different processes cannot be compared.</param>
/// <param name="Sequence">Counts the beats of that process.</param>
/// <param name="Stamp">When it was written, by the writer's clock.</param>
public sealed record RedisBeat(string Process, long Sequence, DateTimeOffset Stamp)
{
    /// <summary>The text that is stored.</summary>
    internal string ToText() => string.Create(CultureInfo.InvariantCulture, $"{Sequence} {Stamp:O} {Process}");

    /// <summary>Reads a stored text; null when it is none.</summary>
    internal static RedisBeat? Parse(string text) =>
        text.Split(' ', 3) is [var sequence, var stamp, var process] &&
        long.TryParse(sequence, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) &&
        DateTimeOffset.TryParseExact(stamp, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? new RedisBeat(process, number, time)
            : null;
}

/// <summary>A heartbeat as one server had it.</summary>
/// <param name="Source">The region in which it was written.</param>
/// <param name="Endpoint">Host and port of the server that it was read on.</param>
/// <param name="Beat">The heartbeat.</param>
public sealed record RedisBeatReading(RegionId Source, string Endpoint, RedisBeat Beat);

/// <summary>Where a heartbeat was written.</summary>
/// <param name="Endpoints">The masters that have it; at least one.</param>
/// <param name="Silent">The servers that could not be asked or refused it; a master among them has not been proven to be writable.</param>
public sealed record RedisBeatWritten(IReadOnlyList<string> Endpoints, IReadOnlyList<RedisSilence> Silent);

/// <summary>All heartbeats that could be read.</summary>
/// <param name="Beats">By server, then by region. A server on which none was written yet contributes none.</param>
/// <param name="Silent">The servers that could not be asked: their lag is unknown, not zero.</param>
public sealed record RedisBeatsReading(IReadOnlyList<RedisBeatReading> Beats, IReadOnlyList<RedisSilence> Silent);
