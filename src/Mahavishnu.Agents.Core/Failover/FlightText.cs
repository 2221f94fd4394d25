using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Failover;

/// <summary>The text form of a snapshot. The settings and the memory are written as they are: a field that is added to them is recorded.</summary>
internal sealed record SnapshotText
{
    /// <summary>With what a line begins that holds a snapshot.</summary>
    public const string Beginning = "{\"flight\":";

    [JsonRequired, JsonPropertyName("flight"), JsonPropertyOrder(-1)] public int Format { get; init; }
    [JsonRequired] public string Agent { get; init; } = "";
    [JsonRequired] public string Version { get; init; } = "";
    [JsonRequired] public int Part { get; init; }
    public long? Lost { get; init; }
    [JsonRequired] public long Now { get; init; }
    [JsonRequired] public DateTimeOffset Wall { get; init; }
    [JsonRequired] public FailoverSettings? Settings { get; init; }
    [JsonRequired] public FailoverMemory? Memory { get; init; }
}

internal sealed record SnapshotFormat([property: JsonRequired, JsonPropertyName("flight")] int Format);

/// <summary>The text form of any other entry: of facts and outcomes only what differs from the last turn.</summary>
internal sealed record InputText
{
    /// <summary>Ticks of 100 ns since the last entry.</summary>
    [JsonRequired] public long T { get; init; }

    /// <summary>The wall clock, in milliseconds since 1970, where it does not follow from what was written before.</summary>
    public long? Wall { get; init; }

    public LeadershipNotice.BecameLeader? Leader { get; init; }
    public LeadershipNotice.TermEnded? Ended { get; init; }
    public JournalRecord? Committed { get; init; }
    public string? Alarm { get; init; }
    public EffectText? Effect { get; init; }

    public long? Epoch { get; init; }
    public VoteText[]? Votes { get; init; }
    public MaintenanceRecord? Maintenance { get; init; }
    public JournalRecord? Shown { get; init; }
    public bool? Others { get; init; }
    public bool? Target { get; init; }
    public OperatorRequest? Asked { get; init; }
    public LagText[]? Lag { get; init; }
    public RegionId[]? Writers { get; init; }

    /// <summary>What is not there any more: <c>maintenance</c>, <c>shown</c>, <c>asked</c>, <c>lag</c>, <c>writers</c>, or the vote of <c>region/agent</c>.</summary>
    public string[]? Gone { get; init; }

    /// <summary>The parts of the outcome; null for one that is not there any more.</summary>
    public Dictionary<string, string?>? Out { get; init; }

    /// <summary>The digest of the outcome.</summary>
    public string? D { get; init; }
}

/// <summary>One measurement of lag, in ticks of 100 ns.</summary>
internal sealed record LagText([property: JsonRequired] RegionId Source, [property: JsonRequired] RegionId Target, [property: JsonRequired] string Store, [property: JsonRequired] long Lag, [property: JsonRequired] long At, long? Position)
{
    public static LagText[] From(FailoverFacts facts) =>
        [.. facts.Lag.OrderBy(static l => l.Key).Select(static l => new LagText(l.Key.Source, l.Key.Target, l.Key.Store, l.Value.Lag.Ticks, l.Value.At.Ticks, l.Value.Position))];
}

/// <summary>The end of an effect. Without a record it was that of the current one.</summary>
internal sealed record EffectText([property: JsonRequired] EffectResult Result, [property: JsonRequired] string Detail, JournalRecord? Record);

internal sealed class RegionIdText : JsonConverter<RegionId>
{
    public override RegionId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Region(reader.GetString());

    public override RegionId ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Region(reader.GetString());

    public override void Write(Utf8JsonWriter writer, RegionId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, RegionId value, JsonSerializerOptions options) => writer.WritePropertyName(value.Value);

    private static RegionId Region(string? text) => RegionId.IsValid(text) ? new RegionId(text!) : throw new JsonException($"'{text}' is not the name of a region");
}

internal sealed class JournalRecordText : JsonConverter<JournalRecord>
{
    public override JournalRecord Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize(ref reader, JournalJson.Default.JournalText)!.ToRecord();

    public override void Write(Utf8JsonWriter writer, JournalRecord value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, JournalText.From(value), JournalJson.Default.JournalText);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true,
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    Converters = [typeof(RegionIdText), typeof(JournalRecordText)])]
[JsonSerializable(typeof(SnapshotText))]
[JsonSerializable(typeof(InputText))]
[JsonSerializable(typeof(TurnText))]
[JsonSerializable(typeof(FailoverMemory))]
internal sealed partial class FlightJson : JsonSerializerContext;

[JsonSourceGenerationOptions]
[JsonSerializable(typeof(SnapshotFormat))]
internal sealed partial class SnapshotFormatJson : JsonSerializerContext;

/// <summary>The types of the lines, written with as few escapes as JSON allows.</summary>
internal static class FlightTypes
{
    private static readonly JsonSerializerOptions Options = new(FlightJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static JsonTypeInfo<SnapshotText> Snapshot { get; } = (JsonTypeInfo<SnapshotText>)Options.GetTypeInfo(typeof(SnapshotText));

    public static JsonTypeInfo<InputText> Input { get; } = (JsonTypeInfo<InputText>)Options.GetTypeInfo(typeof(InputText));
}
