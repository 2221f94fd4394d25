using System.Text.Json;
using System.Text.Json.Serialization;
using Mahavishnu.Agents.Core.Records;

namespace Mahavishnu.Agents.Core.Failover;

/// <summary>Whether automation is paused everywhere, as the <c>maintenance</c> key of every store holds it.</summary>
/// <param name="Sequence">Rises by one with every change, from 1.</param>
/// <param name="On">Whether it is paused.</param>
/// <param name="Reason">Why.</param>
/// <param name="By">Who changed it.</param>
public sealed record MaintenanceRecord(
    [property: JsonRequired] long Sequence,
    [property: JsonRequired] bool On,
    [property: JsonRequired] string Reason,
    [property: JsonRequired] string By)
{
    /// <summary>What counts in place of a record that cannot be read: newer than any other, it pauses until a new one is written.</summary>
    public static MaintenanceRecord Unreadable { get; } = new(long.MaxValue, true, "the maintenance record cannot be read", "unknown");

    /// <summary>The record that counts among what the stores show: the newest; of two equally new ones, the one that pauses.</summary>
    public static MaintenanceRecord? Newest(IEnumerable<string> stored) =>
        stored.Select(Parse).MaxBy(static r => (r.Sequence, r.On));

    /// <summary>Reads a stored record. A record that cannot be read pauses automation.</summary>
    public static MaintenanceRecord Parse(string text) =>
        StoredJson.Read(text, MaintenanceJson.Default.MaintenanceRecord).Value is { Reason: not null, By: not null } record && StoredJson.IsCount(record.Sequence) ? record : Unreadable;

    /// <summary>The text that is stored.</summary>
    public string ToText() => JsonSerializer.Serialize(this, MaintenanceJson.Default.MaintenanceRecord);
}

[JsonSourceGenerationOptions(AllowDuplicateProperties = false, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(MaintenanceRecord))]
internal sealed partial class MaintenanceJson : JsonSerializerContext;
