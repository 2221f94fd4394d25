using System.Text.Json;
using System.Text.Json.Serialization;
using Mahavishnu.Agents.Core.Health;

namespace Mahavishnu.Agents.Core.Regions;

/// <summary>One agent's view of every region, as it publishes it at every store under <c>votes/{region}/{agent}</c>.</summary>
/// <param name="Agent">Its author.</param>
/// <param name="Region">The region that the author runs in.</param>
/// <param name="Process">The author's process, so that a restart is told from a counter that went back.</param>
/// <param name="Counter">Rises with every vote of the process.</param>
/// <param name="Abstains">Why the author does not vote now; null when it does.</param>
/// <param name="Address">Where the author's HTTP interface is reached, for finding the leader.</param>
/// <param name="Views">Its view of each region.</param>
public sealed record Vote(string Agent, RegionId Region, string Process, long Counter, string? Abstains, string Address, IReadOnlyList<RegionView> Views)
{
    /// <summary>The format that this build writes.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Its view of one region; unknown when it has none.</summary>
    public RegionView ViewOf(RegionId region) =>
        Views.FirstOrDefault(v => v.Region == region) ?? new RegionView(region, RegionCondition.Unknown, 0, []);

    /// <summary>The text that is stored.</summary>
    public string ToText() => JsonSerializer.Serialize(VoteText.From(this), VoteJson.Default.VoteText);

    /// <summary>Reads a stored vote; on failure the vote is null and the problem says what is wrong.</summary>
    public static (Vote? Vote, string Problem) Read(string text)
    {
        try
        {
            // The format first: a vote of another one may lack what this one needs.
            return JsonSerializer.Deserialize(text, VoteJson.Default.VoteFormat) is not { } stored ? (null, "the vote is empty")
                : stored.Format is < 1 or > CurrentFormat ? (null, $"the vote has format {stored.Format}; this build reads formats 1 to {CurrentFormat}")
                : JsonSerializer.Deserialize(text, VoteJson.Default.VoteText)!.ToVote();
        }
        catch (JsonException unreadable)
        {
            return (null, unreadable.Message);
        }
    }
}

internal sealed record VoteFormat([property: JsonRequired] int Format);

internal sealed record ViewText(
    [property: JsonRequired] string Region,
    [property: JsonRequired] RegionCondition Condition,
    [property: JsonRequired] double Score,
    string[]? Failed);

internal sealed record VoteText(
    [property: JsonRequired] int Format,
    [property: JsonRequired] string Agent,
    [property: JsonRequired] string Region,
    [property: JsonRequired] string Process,
    [property: JsonRequired] long Counter,
    string? Abstains,
    string? Address,
    [property: JsonRequired] ViewText[] Views)
{
    public static VoteText From(Vote vote) => new(
        Vote.CurrentFormat,
        vote.Agent,
        vote.Region.Value,
        vote.Process,
        vote.Counter,
        vote.Abstains,
        vote.Address,
        [.. vote.Views.Select(static v => new ViewText(v.Region.Value, v.Condition, v.Score, [.. v.FailedChecks]))]);

    public (Vote? Vote, string Problem) ToVote()
    {
        var problem =
            string.IsNullOrEmpty(Agent) || Process is null || Views is null || Views.Any(static v => v is null || v.Failed?.Contains(null!) == true) ? "a field is empty"
            : !RegionId.IsValid(Region) ? $"'{Region}' is not the name of a region"
            : Counter < 1 ? $"counter {Counter} is not positive"
            : Views.FirstOrDefault(static v => !RegionId.IsValid(v.Region)) is { } nameless ? $"'{nameless.Region}' is not the name of a region"
            : Views.FirstOrDefault(static v => v.Score is not (>= 0 and <= 1)) is { } wild ? $"the score of {wild.Region} is not 0 to 1"
            : Views.FirstOrDefault(static v => !Enum.IsDefined(v.Condition)) is { } odd ? $"the condition of {odd.Region} is not known"
            : "";
        return problem.Length > 0
            ? (null, problem)
            : (new Vote(Agent, new RegionId(Region), Process!, Counter, Abstains, Address ?? "", [.. Views!.Select(static v => new RegionView(new RegionId(v.Region), v.Condition, v.Score, v.Failed ?? []))]), "");
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(VoteFormat))]
[JsonSerializable(typeof(VoteText))]
internal sealed partial class VoteJson : JsonSerializerContext;
