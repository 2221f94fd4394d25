using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mahavishnu.Agents.Lab.Postgres;
using Mahavishnu.Agents.Lab.Scenarios;
using Mahavishnu.Agents.Lab.Watch;

namespace Mahavishnu.Agents.Lab.Command;

/// <summary>The outcome of a run, as <c>lab --json</c> prints it. Seconds count from the fault; null is "did not happen" or "not known".</summary>
internal sealed record LabReport(
    string Scenario,
    string Profile,
    int Seed,
    IReadOnlyList<string> Regions,
    string? Killed,
    string? LeaderBefore,
    string? LeaderAfter,
    long? EpochBefore,
    long? EpochAfter,
    double? DetectedSeconds,
    double? DecidedSeconds,
    double? RtoSeconds,
    double? FailbackSeconds,
    long Requests,
    long FailedRequests,
    double FailedRatio,
    string? DataLossRisk,
    double? RpoSeconds,
    bool SplitBrain,
    IReadOnlyList<LabReport.Step> Steps,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PostgresReport? Postgres,
    string Verdict)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The verdict of a run in which every expectation held.</summary>
    public const string Passed = "passed";

    /// <summary>Sums a run up.</summary>
    public static LabReport Of(LabRun run, string scenario, string profile, int seed)
    {
        var (measured, count, leader) = (run.Measured, run.Tally.Total, run.Sightings.Leader);
        var failed = run.Expectations.Where(static e => !e.Held).ToList();
        var sagas = run.Sightings.Sagas;
        return new LabReport(
            scenario, profile, seed, [.. run.Regions.Select(static r => r.Value)], measured.Killed?.Value,
            measured.LeaderBefore, leader?.Agent, measured.EpochBefore, leader?.Epoch,
            Seconds(measured.Detected), Seconds(measured.Decided), Seconds(measured.Recovered), Seconds(measured.FailedBack),
            count.Requests, count.Failed, Math.Round(count.FailedRatio, 5),
            sagas.FirstOrDefault(static s => s.Kind == "Failover")?.Risk,
            measured.Rows?.LostSeconds,
            measured.SplitBrain ?? false,
            [.. sagas.SelectMany(saga => Step.Of(saga, measured.FaultUtc))],
            measured.Rows,
            failed.Count == 0 ? Passed : $"failed: {string.Join("; ", failed.Select(static e => $"{e.Text} ({e.Seen})"))}");
    }

    /// <summary>One JSON document.</summary>
    public void WriteJson(TextWriter output) => output.WriteLine(JsonSerializer.Serialize(this, Format));

    /// <summary>Lines for people: what was expected, the figures, the verdict.</summary>
    public void WriteText(TextWriter output, IReadOnlyList<Expectation> expectations)
    {
        output.WriteLine();
        foreach (var expectation in expectations)
        {
            output.WriteLine($"  {(expectation.Held ? "ok    " : "FAILED")}  {expectation.Text}: {expectation.Seen}");
        }

        output.WriteLine();
        output.WriteLine($"  leader       {LeaderBefore} (epoch {Text(EpochBefore)}) -> {LeaderAfter ?? "none"} (epoch {Text(EpochAfter)})");
        output.WriteLine($"  detected     {Text(DetectedSeconds, "s")}    decided {Text(DecidedSeconds, "s")}    served again {Text(RtoSeconds, "s")}    back home {Text(FailbackSeconds, "s")}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  requests     {Requests}, failed {FailedRequests} ({FailedRatio:P2})"));
        output.WriteLine($"  data loss    risk {DataLossRisk ?? "not assessed"}, RPO {Text(RpoSeconds, "s")}");
        if (Postgres is { } rows)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  rows         {rows.Acknowledged} acknowledged, {rows.Surviving} surviving, {rows.Lost} lost, {rows.Duplicated} twice; first write elsewhere {Text(rows.FirstWriteSeconds, "s")}, planned return {Text(rows.SwitchoverSeconds, "s")}, the plan allowed for {Text(rows.PlannedLoss, "s")}"));
        }

        output.WriteLine($"  split brain  {(SplitBrain ? "YES" : "no")}");
        output.WriteLine();
        output.WriteLine($"{Scenario}: {Verdict}");
    }

    private static string Text(double? number, string unit = "") =>
        number is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known:0.##}{(unit.Length > 0 ? " " : "")}{unit}") : "unknown";

    private static double? Seconds(TimeSpan? span) => span is { } known ? Math.Round(known.TotalSeconds, 3) : null;

    /// <summary>A step of a failover or failback.</summary>
    /// <param name="Name">The step.</param>
    /// <param name="State">How far it is.</param>
    /// <param name="StartedSeconds">When it began.</param>
    /// <param name="DurationSeconds">How long it took.</param>
    internal sealed record Step(string Name, string State, double? StartedSeconds, double? DurationSeconds)
    {
        /// <summary>The steps of a saga.</summary>
        public static IEnumerable<Step> Of(SagaStatus saga, DateTimeOffset? faultUtc) => (saga.Steps ?? []).Select(step => new Step(
            step.Name,
            step.State,
            step.StartedUnixMs is { } started && faultUtc is { } fault ? Seconds(DateTimeOffset.FromUnixTimeMilliseconds(started) - fault) : null,
            step.DurationSeconds));
    }
}
