using System.Text.Json;
using System.Text.Json.Serialization;
using Mahavishnu.Agents.Core.Records;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Core.Traffic;

namespace Mahavishnu.Agents.Core.Failover;

/// <summary>The text form of a <see cref="JournalRecord"/>, as the <c>journal/current</c> key holds it.</summary>
public static class JournalCodec
{
    /// <summary>The text of a record.</summary>
    public static string Write(JournalRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return JsonSerializer.Serialize(JournalText.From(record), JournalJson.Default.JournalText);
    }

    /// <summary>Reads a record; on failure the record is null and the problem says what is wrong.</summary>
    public static (JournalRecord? Record, string Problem) Read(string text)
    {
        // The format first: a record of another one may lack what this one needs.
        var (stored, unknown) = StoredJson.Read(text, JournalJson.Default.JournalFormat);
        if (stored is null || stored.Format is < 1 or > JournalRecord.CurrentFormat)
        {
            return (null, stored is null ? unknown : $"the record has format {stored.Format}; this build reads formats 1 to {JournalRecord.CurrentFormat}");
        }

        var (written, problem) = StoredJson.Read(text, JournalJson.Default.JournalText);
        return written is null ? (null, problem) : Sound(written);
    }

    private static (JournalRecord? Record, string Problem) Sound(JournalText written)
    {
        try
        {
            var record = written.ToRecord();
            return JournalRules.Contradiction(record) is { } contradiction ? (null, contradiction) : (record, "");
        }
        catch (ArgumentException wrong)
        {
            return (null, wrong.Message);
        }
    }

    internal static Dictionary<string, Dictionary<string, int>> Routes(RoutingTable table) =>
        table.Audiences.ToDictionary(static a => a.Value, a => table.Shares(a).ToDictionary(static s => s.Key.Value, static s => s.Value));

    internal static RoutingTable Routes(Dictionary<string, Dictionary<string, int>> rows) =>
        rows.Aggregate(RoutingTable.Empty, static (table, row) => table.With(Region(row.Key), [.. row.Value.Select(static s => (Region(s.Key), s.Value))]));

    internal static RegionId Region(string text) =>
        RegionId.IsValid(text) ? new RegionId(text) : throw new ArgumentException($"'{text}' is not the name of a region");
}

internal sealed record JournalFormat([property: JsonRequired] int Format);

/// <summary>What a store may lose, in whole milliseconds, so that a record reads back as it was written; null is unknown.</summary>
internal sealed record RiskText([property: JsonRequired] string Store, long? AtMost)
{
    /// <summary>What no lag exceeds; more is a mistake, and would not fit a time.</summary>
    private const long Most = 10_000_000_000_000;

    public static RiskText From(StoreRisk risk) => new(risk.Store, risk.AtMost is { } known ? (long)Math.Ceiling(known.TotalMilliseconds) : null);

    public StoreRisk ToRisk() => !string.IsNullOrEmpty(Store) && Store.Length <= 64 && (AtMost is null or (>= 0 and <= Most))
        ? new StoreRisk(Store, AtMost is { } known ? TimeSpan.FromMilliseconds(known) : null)
        : throw new ArgumentException("a risk is none");
}

internal sealed record JournalText
{
    private const int MostOfAName = 128;

    /// <summary>No request that gives a reason is longer. Written back, with every character escaped, a record must fit into a store's value.</summary>
    private const int MostOfAText = 16 * 1024;

    [JsonRequired] public int Format { get; init; }
    [JsonRequired] public long Epoch { get; init; }
    [JsonRequired] public long Sequence { get; init; }
    [JsonRequired] public string PlanId { get; init; } = "";
    [JsonRequired] public SagaKind Kind { get; init; }
    [JsonRequired] public SagaStep Step { get; init; }
    [JsonRequired] public StepPhase Phase { get; init; }
    [JsonRequired] public string Source { get; init; } = "";
    [JsonRequired] public string Target { get; init; } = "";
    [JsonRequired] public string[] Audiences { get; init; } = [];
    [JsonRequired] public Dictionary<string, Dictionary<string, int>> Before { get; init; } = [];
    [JsonRequired] public Dictionary<string, Dictionary<string, int>> Desired { get; init; } = [];
    [JsonRequired] public DecisionKind Decision { get; init; }
    public DataLossRisk Risk { get; init; }
    public RiskText?[] AtRisk { get; init; } = [];
    public SagaStep[] Skipped { get; init; } = [];
    public bool Irreversible { get; init; }
    public string[] FailedTargets { get; init; } = [];
    public string[] Cooling { get; init; } = [];
    public int ReturnedPercent { get; init; }
    public string Reason { get; init; } = "";
    public string RequestedBy { get; init; } = "";

    public static JournalText From(JournalRecord record) => new()
    {
        Format = JournalRecord.CurrentFormat,
        Epoch = record.Epoch,
        Sequence = record.Sequence,
        PlanId = record.PlanId,
        Kind = record.Kind,
        Step = record.Step,
        Phase = record.Phase,
        Source = record.Source.Value,
        Target = record.Target.Value,
        Audiences = [.. record.Audiences.Select(static a => a.Value)],
        Before = JournalCodec.Routes(record.Before),
        Desired = JournalCodec.Routes(record.Desired),
        Decision = record.Decision,
        Risk = record.Risk,
        AtRisk = [.. record.AtRisk.Select(RiskText.From)],
        Skipped = [.. record.Skipped],
        Irreversible = record.Irreversible,
        FailedTargets = [.. record.FailedTargets.Select(static t => t.Value)],
        Cooling = [.. record.Cooling.Select(static r => r.Value)],
        ReturnedPercent = record.ReturnedPercent,
        Reason = record.Reason,
        RequestedBy = record.RequestedBy,
    };

    public JournalRecord ToRecord() => new()
    {
        Epoch = Count(Epoch, "epoch"),
        Sequence = Count(Sequence, "sequence"),
        PlanId = PlanName(PlanId),
        Kind = Defined(Kind),
        Step = SagaTable.Row(Defined(Step)).Kind == Kind ? Step : throw new ArgumentException($"{Step} is not a step of a {Kind}"),
        Phase = Defined(Phase),
        Source = JournalCodec.Region(Source),
        Target = Target != Source ? JournalCodec.Region(Target) : throw new ArgumentException($"{Target} is source and target"),
        Audiences = [.. Audiences.Select(JournalCodec.Region)],
        Before = JournalCodec.Routes(Before),
        Desired = JournalCodec.Routes(Desired),
        Decision = Defined(Decision),
        Risk = Defined(Risk),
        AtRisk = [.. AtRisk.Select(static r => r?.ToRisk() ?? throw new ArgumentException("a risk is none"))],
        Skipped = [.. Skipped.Select(Defined)],
        Irreversible = Irreversible,
        FailedTargets = [.. FailedTargets.Select(JournalCodec.Region)],
        Cooling = [.. Cooling.Select(JournalCodec.Region)],
        ReturnedPercent = ReturnedPercent is >= 0 and <= 100 ? ReturnedPercent : throw new ArgumentException($"returnedPercent {ReturnedPercent} is not 0 to 100"),
        Reason = Short(Reason, "reason"),
        RequestedBy = Short(RequestedBy, "requestedBy"),
    };

    private static long Count(long count, string name) =>
        StoredJson.IsCount(count) ? count : throw new ArgumentException($"{name} {count} is not one that ours have counted to");

    /// <summary>A plan's name becomes part of a key.</summary>
    private static string PlanName(string? text) =>
        string.IsNullOrEmpty(text) ? throw new ArgumentException("planId is empty")
        : text.Length <= MostOfAName && text.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-') ? text
        : throw new ArgumentException("planId is not the name of a plan");

    private static string Short(string? text, string name) =>
        text is null ? "" : text.Length <= MostOfAText ? text : throw new ArgumentException($"{name} is longer than {MostOfAText} characters");

    private static T Defined<T>(T value) where T : struct, Enum =>
        Enum.IsDefined(value) ? value : throw new ArgumentException($"{value} is not a known {typeof(T).Name}");
}

[JsonSourceGenerationOptions(AllowDuplicateProperties = false, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(JournalFormat))]
[JsonSerializable(typeof(JournalText))]
internal sealed partial class JournalJson : JsonSerializerContext;
