using System.Text.Json;

namespace Mahavishnu.Agents.Adapters.Traffic.PowerDns;

/// <summary>All records of one name and type, in PowerDNS's own words.</summary>
/// <param name="Name">The name with its trailing dot.</param>
/// <param name="Type">The type.</param>
/// <param name="Ttl">Time to live in seconds.</param>
/// <param name="Records">The records; order means nothing.</param>
internal sealed record PowerDnsRecordSet(string Name, string Type, int Ttl, IReadOnlyList<PowerDnsRecord> Records)
{
    /// <summary>Whether <paramref name="other"/> says the same.</summary>
    public bool SameAs(PowerDnsRecordSet? other) =>
        other is not null && Ttl == other.Ttl && Records.Count == other.Records.Count && Records.ToHashSet().SetEquals(other.Records);
}

/// <summary>One record.</summary>
/// <param name="Content">Its content in presentation form.</param>
/// <param name="Disabled">Whether it is kept without being served.</param>
internal sealed record PowerDnsRecord(string Content, bool Disabled);

/// <summary>A zone as far as it is read here.</summary>
/// <param name="Rrsets">Its record sets.</param>
internal sealed record PowerDnsZone(IReadOnlyList<PowerDnsRecordSet> Rrsets)
{
    private static readonly JsonSerializerOptions s_strict = new(JsonSerializerDefaults.Web)
    {
        AllowDuplicateProperties = false, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    };

    /// <summary>Reads a zone; null when it is none, or has a name and type twice.</summary>
    public static PowerDnsZone? Parse(string text)
    {
        try
        {
            var sets = JsonSerializer.Deserialize<PowerDnsZone>(text, s_strict)?.Rrsets;
            return sets is not null && sets.All(static set => set is not null && set.Records.All(static record => record is not null))
                && sets.DistinctBy(static set => (set.Name.ToUpperInvariant(), set.Type)).Count() == sets.Count ? new PowerDnsZone(sets) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
