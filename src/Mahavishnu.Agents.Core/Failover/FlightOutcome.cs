using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Failover;

/// <summary>What came of a turn, in short, and a digest of all of it, so that two turns can be told apart.</summary>
/// <param name="Parts">What was decided, by name: <c>action</c>, <c>answer</c>, <c>record</c>, <c>trouble</c> where there is one, and <c>verdict {region}</c>.</param>
/// <param name="Digest">Changes with anything that the turn decided or said, every rule with its inputs and outcome included; 16 hexadecimal digits.</param>
public sealed record FlightOutcome(ImmutableSortedDictionary<string, string> Parts, string Digest)
{
    /// <summary>The outcome before the first turn.</summary>
    public static FlightOutcome None { get; } = new(ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal), "");

    /// <summary>The outcome of a turn.</summary>
    public static FlightOutcome Of(FailoverTurn turn)
    {
        ArgumentNullException.ThrowIfNull(turn);
        var parts = None.Parts.ToBuilder();
        foreach (var verdict in turn.Verdicts)
        {
            parts[$"verdict {verdict.Source}"] = Brief(verdict);
        }

        foreach (var (name, text) in new[]
        {
            ("action", Brief(turn.Action)),
            ("answer", turn.Answer is not { } answer ? null : answer.Plan is { } plan ? Brief(plan) : $"{answer.Code}: {answer.Message}"),
            ("record", turn.Record is { } record ? Brief(record) : null),
            ("trouble", turn.Trouble),
        })
        {
            if (text is not null)
            {
                parts[name] = text;
            }
        }

        return new FlightOutcome(parts.ToImmutable(), DigestOf(turn));
    }

    /// <summary>A verdict in short, with the rule that decided.</summary>
    public static string Brief(FailoverVerdict verdict)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        return $"{verdict.Kind}{(verdict.Target is { } target ? $" -> {target} for {string.Join(", ", verdict.Audiences)}" : "")} by {verdict.Reason.Split(':')[0]}, risk {verdict.Risk}";
    }

    /// <summary>A record in short.</summary>
    public static string Brief(JournalRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var share = record.ReturnedPercent > 0 ? FormattableString.Invariant($" {record.ReturnedPercent} %") : "";
        return $"{record.PlanId} {record.Source} -> {record.Target}: {record.Step} {record.Phase}{share}";
    }

    /// <summary>An action in short; null for waiting.</summary>
    public static string? Brief(FailoverAction action) => action switch
    {
        FailoverAction.Propose propose => $"propose {Brief(propose.Record)}",
        FailoverAction.Run run => $"run {Brief(run.Record)}",
        FailoverAction.HandOver away => $"hand over: {away.Reason}",
        _ => null,
    };

    /// <summary>Whether both decided and said the same.</summary>
    public bool Equals(FlightOutcome? other) => other is not null && Digest == other.Digest && Parts.SequenceEqual(other.Parts);

    /// <inheritdoc />
    public override int GetHashCode() => Digest.GetHashCode(StringComparison.Ordinal);

    private static string DigestOf(FailoverTurn turn)
    {
        var text = JsonSerializer.SerializeToUtf8Bytes(
            new TurnText(
                turn.Epoch,
                turn.Verdicts,
                turn.Record,
                [.. turn.Failback.OrderBy(static f => f.Key).Select(static f => new ReadinessText(f.Key, f.Value))],
                turn.Action is FailoverAction.Propose propose ? propose.Record : (turn.Action as FailoverAction.Run)?.Record,
                (turn.Action as FailoverAction.Run)?.Work,
                turn.Action as FailoverAction.HandOver,
                turn.Doing,
                turn.Trouble,
                turn.Answer),
            FlightJson.Default.TurnText);
        return Convert.ToHexStringLower(SHA256.HashData(text).AsSpan(0, 8));
    }
}

/// <summary>Everything of a turn but the facts that it rests on, of which its rules tell.</summary>
internal sealed record TurnText(
    long Epoch,
    IReadOnlyList<FailoverVerdict> Verdicts,
    JournalRecord? Record,
    IReadOnlyList<ReadinessText> Failback,
    JournalRecord? Next,
    StepWork? Work,
    FailoverAction.HandOver? HandOver,
    string Doing,
    string? Trouble,
    OperatorAnswer? Answer);

internal sealed record ReadinessText(RegionId Region, FailbackReadiness Readiness);
