using System.Text.Json;
using System.Text.Json.Serialization;
using Mahavishnu.Agents.Core.Records;

namespace Mahavishnu.Agents.Core.Leadership;

/// <summary>The value of the <c>heartbeat</c> key: never the same twice.</summary>
/// <param name="Agent">Who wrote it.</param>
/// <param name="Term">The candidacy: 32 hexadecimal digits, of which the first 16 are the author's process.</param>
/// <param name="Counter">Increases with every write of the author.</param>
/// <param name="Released">Whether this is the marker of an orderly release: the author had stopped counting the store before.</param>
public sealed record HeartbeatValue(string Agent, string Term, long Counter, bool Released = false)
{
    private const int TermDigits = 32;

    /// <summary>Reads a stored value; null when it is not one of ours.</summary>
    public static HeartbeatValue? Parse(string text) =>
        StoredJson.Read(text, LeadershipJson.Default.HeartbeatValue).Value is { Agent.Length: > 0, Term: { Length: TermDigits } term } value
        && term.All(char.IsAsciiHexDigitLower) && StoredJson.IsCount(value.Counter) ? value : null;

    /// <summary>The text that is stored.</summary>
    public string ToText() => JsonSerializer.Serialize(this, LeadershipJson.Default.HeartbeatValue);
}

/// <summary>The value of the <c>leader</c> key, for people and for finding the leader; nothing is decided by it.</summary>
/// <param name="Agent">The holder.</param>
/// <param name="Region">Its region.</param>
/// <param name="Term">Its candidacy.</param>
public sealed record LeaderValue(string Agent, string Region, string Term)
{
    /// <summary>Reads a stored value; null when it is not one of ours.</summary>
    public static LeaderValue? Parse(string text) =>
        StoredJson.Read(text, LeadershipJson.Default.LeaderValue).Value is { Agent.Length: > 0, Region: not null, Term: not null } value ? value : null;

    /// <summary>The text that is stored.</summary>
    public string ToText() => JsonSerializer.Serialize(this, LeadershipJson.Default.LeaderValue);
}

[JsonSourceGenerationOptions(AllowDuplicateProperties = false, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(HeartbeatValue))]
[JsonSerializable(typeof(LeaderValue))]
[JsonSerializable(typeof(MembersRecord))]
internal sealed partial class LeadershipJson : JsonSerializerContext;
