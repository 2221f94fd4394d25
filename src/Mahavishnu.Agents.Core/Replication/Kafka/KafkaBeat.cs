using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mahavishnu.Agents.Core.Replication.Kafka;

/// <summary>A heartbeat as it stands in a topic: <c>{"process", "sequence", "unixMicroseconds"}</c>.</summary>
public static class KafkaBeat
{
    /// <summary>The value of a message.</summary>
    public static byte[] Write(StoredHeartbeat beat)
    {
        ArgumentNullException.ThrowIfNull(beat);
        return JsonSerializer.SerializeToUtf8Bytes(
            new KafkaBeatText(beat.Process, beat.Sequence, (beat.Stamp - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond), KafkaBeatJson.Default.KafkaBeatText);
    }

    /// <summary>Reads one; null when it is none.</summary>
    public static StoredHeartbeat? Read(ReadOnlySpan<byte> value)
    {
        try
        {
            return JsonSerializer.Deserialize(value, KafkaBeatJson.Default.KafkaBeatText) is { Process.Length: > 0, Sequence: > 0, UnixMicroseconds: >= 0 and < 250_000_000_000_000_000 } text
                ? new StoredHeartbeat(text.Process, text.Sequence, DateTimeOffset.UnixEpoch.AddTicks(text.UnixMicroseconds * TimeSpan.TicksPerMicrosecond))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

internal sealed record KafkaBeatText([property: JsonRequired] string Process, [property: JsonRequired] long Sequence, [property: JsonRequired] long UnixMicroseconds);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(KafkaBeatText))]
internal sealed partial class KafkaBeatJson : JsonSerializerContext;
