using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mahavishnu.Agents.Core.Leadership;

/// <summary>The value of the <c>heartbeat</c> key: never the same twice.</summary>
/// <param name="Agent">Who wrote it.</param>
/// <param name="Term">The candidacy: 32 hexadecimal digits, of which the first 16 are the author's process.</param>
/// <param name="Counter">Increases with every write of the author.</param>
/// <param name="Released">Whether this is the marker of an orderly release: the author had stopped counting the store before.</param>
public sealed record HeartbeatValue(string Agent, string Term, long Counter, bool Released = false)
{
    /// <summary>Reads a stored value; null when it is not one of ours.</summary>
    public static HeartbeatValue? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, LeadershipJson.Default.HeartbeatValue) is { Agent: not null, Term: not null } value ? value : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

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
    public static LeaderValue? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, LeadershipJson.Default.LeaderValue) is { Agent: not null } value ? value : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The text that is stored.</summary>
    public string ToText() => JsonSerializer.Serialize(this, LeadershipJson.Default.LeaderValue);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(HeartbeatValue))]
[JsonSerializable(typeof(LeaderValue))]
[JsonSerializable(typeof(MembersRecord))]
internal sealed partial class LeadershipJson : JsonSerializerContext;
