using System.Text.Json;
using System.Text.Json.Serialization;
using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Records;
using Mahavishnu.Agents.Core.Replication;

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

    /// <summary>How far its region is behind the others, as far as it knows.</summary>
    public IReadOnlyList<LagVote> Lag { get; init; } = [];

    /// <summary>The copies of its region's data that can only be had back by a full copy, as far as it knows: a store and the region of the copy.</summary>
    public IReadOnlyList<(string Store, RegionId Target)> Broken { get; init; } = [];

    /// <summary>Its view of one region; unknown when it has none.</summary>
    public RegionView ViewOf(RegionId region) =>
        Views.FirstOrDefault(v => v.Region == region) ?? new RegionView(region, RegionCondition.Unknown, 0, []);

    /// <summary>The text that is stored.</summary>
    public string ToText() => JsonSerializer.Serialize(VoteText.From(this), VoteJson.Default.VoteText);

    /// <summary>Reads a stored vote; on failure the vote is null and the problem says what is wrong.</summary>
    public static (Vote? Vote, string Problem) Read(string text)
    {
        // The format first: a vote of another one may lack what this one needs.
        var (stored, unknown) = StoredJson.Read(text, VoteJson.Default.VoteFormat);
        if (stored is null || stored.Format is < 1 or > CurrentFormat)
        {
            return (null, stored is null ? unknown : $"the vote has format {stored.Format}; this build reads formats 1 to {CurrentFormat}");
        }

        var (written, problem) = StoredJson.Read(text, VoteJson.Default.VoteText);
        return written is null ? (null, problem) : written.ToVote();
    }
}

internal sealed record VoteFormat([property: JsonRequired] int Format);

internal sealed record ViewText(
    [property: JsonRequired] string Region,
    [property: JsonRequired] RegionCondition Condition,
    [property: JsonRequired] double Score,
    string[]? Failed);

/// <summary>A lag in a vote, in milliseconds.</summary>
internal sealed record VotedLag(
    [property: JsonRequired] string Store,
    [property: JsonRequired] string Source,
    [property: JsonRequired] double AtMost,
    [property: JsonRequired] double Age,
    long? Position = null)
{
    /// <summary>What no lag exceeds; more is a mistake, and would not fit a time.</summary>
    private const double Most = 1e13;

    public bool IsSound => !string.IsNullOrEmpty(Store) && RegionId.IsValid(Source) && AtMost is >= 0 and <= Most && Age is >= 0 and <= Most && (Position is null or >= 0);
}

/// <summary>A copy that cannot catch up any more.</summary>
internal sealed record BrokenText([property: JsonRequired] string Store, [property: JsonRequired] string Target)
{
    public bool IsSound => !string.IsNullOrEmpty(Store) && RegionId.IsValid(Target);
}

internal sealed record VoteText(
    [property: JsonRequired] int Format,
    [property: JsonRequired] string Agent,
    [property: JsonRequired] string Region,
    [property: JsonRequired] string Process,
    [property: JsonRequired] long Counter,
    string? Abstains,
    string? Address,
    [property: JsonRequired] ViewText[] Views,
    VotedLag[]? Lag = null,
    BrokenText[]? Broken = null)
{
    public static VoteText From(Vote vote) => new(
        Vote.CurrentFormat,
        vote.Agent,
        vote.Region.Value,
        vote.Process,
        vote.Counter,
        vote.Abstains,
        vote.Address,
        [.. vote.Views.Select(static v => new ViewText(v.Region.Value, v.Condition, v.Score, [.. v.FailedChecks]))],
        vote.Lag.Count == 0 ? null : [.. vote.Lag.Select(static l => new VotedLag(l.Store, l.Source.Value, l.AtMost.TotalMilliseconds, l.Age.TotalMilliseconds, l.Position))],
        vote.Broken.Count == 0 ? null : [.. vote.Broken.Select(static b => new BrokenText(b.Store, b.Target.Value))]);

    public (Vote? Vote, string Problem) ToVote()
    {
        var problem =
            string.IsNullOrEmpty(Agent) || string.IsNullOrEmpty(Process) || Views is null || Views.Any(static v => v is null || v.Failed?.Contains(null!) == true) ? "a field is empty"
            : !RegionId.IsValid(Region) ? $"'{Region}' is not the name of a region"
            : !StoredJson.IsCount(Counter) ? $"counter {Counter} is not one that ours have counted to"
            : Views.FirstOrDefault(static v => !RegionId.IsValid(v.Region)) is { } nameless ? $"'{nameless.Region}' is not the name of a region"
            : Views.FirstOrDefault(static v => v.Score is not (>= 0 and <= 1)) is { } wild ? $"the score of {wild.Region} is not 0 to 1"
            : Views.FirstOrDefault(static v => v.Condition != RegionScore.ConditionOf(v.Score) && v is not { Condition: RegionCondition.Unknown, Score: 0 }) is { } odd ? $"the condition of {odd.Region}, {odd.Condition}, is not that of its score"
            : Lag?.Any(static l => l is not { IsSound: true }) == true ? "a lag is none"
            : Broken?.Any(static b => b is not { IsSound: true }) == true ? "a broken copy is none"
            : Views.DistinctBy(static v => v.Region).Count() != Views.Length ? "a region is judged twice"
            : "";
        return problem.Length > 0
            ? (null, problem)
            : (new Vote(Agent, new RegionId(Region), Process!, Counter, Abstains, Address ?? "", [.. Views!.Select(static v => new RegionView(new RegionId(v.Region), v.Condition, v.Score, v.Failed ?? []))])
            {
                Lag = [.. (Lag ?? []).Select(static l => new LagVote(l.Store, new RegionId(l.Source), TimeSpan.FromMilliseconds(l.AtMost), TimeSpan.FromMilliseconds(l.Age)) { Position = l.Position })],
                Broken = [.. (Broken ?? []).Select(static b => (b.Store, new RegionId(b.Target)))],
            }, "");
    }
}

[JsonSourceGenerationOptions(AllowDuplicateProperties = false, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(VoteFormat))]
[JsonSerializable(typeof(VoteText))]
internal sealed partial class VoteJson : JsonSerializerContext;
