using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Hosting;
using Mahavishnu.Agents.Storage;

namespace Mahavishnu.Agents.Cli;

/// <summary>The verb <c>storage</c>: how buckets differ from what is configured, and making them so.</summary>
internal static class StorageVerb
{
    private static readonly JsonSerializerOptions Names = new(JsonSerializerDefaults.Web);

    /// <summary>Describes the verb.</summary>
    public static Command Command(CommonOptions common)
    {
        var plan = new Command("plan", "Shows how every bucket differs from what is configured, and changes nothing");
        plan.SetAction((parsed, cancellationToken) => RunAsync(common, parsed, apply: false, cancellationToken));
        var apply = new Command("apply", "Makes every bucket as it is configured, and reads it back; rules that others made stay");
        apply.SetAction((parsed, cancellationToken) => RunAsync(common, parsed, apply: true, cancellationToken));
        return new Command("storage", "Holds buckets of S3 against the configuration") { plan, apply };
    }

    private static async Task<int> RunAsync(CommonOptions common, ParseResult parsed, bool apply, CancellationToken cancellationToken)
    {
        if (common.Load(parsed, Console.Error) is not { } options)
        {
            return ExitCode.Usage;
        }

        if (options.Storage.S3 is not { } s3)
        {
            await Console.Error.WriteLineAsync("storage.s3 is not configured; there is nothing to plan.");
            return ExitCode.Usage;
        }

        try
        {
            var changer = new StorageChanger(s3.ToIntent(), s3.ToNodes(TimeProvider.System), s3.Timeout);
            return await (apply ? ApplyAsync(options, changer, parsed.GetValue(common.Json), cancellationToken) : PlanAsync(changer, parsed.GetValue(common.Json), cancellationToken));
        }
        catch (ArgumentException unusable)
        {
            await Console.Error.WriteLineAsync($"storage.s3: {unusable.Message}");
            return ExitCode.Usage;
        }
    }

    private static async Task<int> PlanAsync(StorageChanger changer, bool json, CancellationToken cancellationToken)
    {
        var reading = await changer.ReadAsync(cancellationToken);
        if (json)
        {
            ConfigJson.Write(Document(reading), Console.Out);
        }
        else
        {
            Print(reading);
        }

        return ExitOf(reading);
    }

    private static async Task<int> ApplyAsync(AgentOptions options, StorageChanger changer, bool json, CancellationToken cancellationToken)
    {
        var before = await changer.ReadAsync(cancellationToken);
        using var audit = Audit(options);
        var outcomes = await changer.ApplyAsync(before, audit, cancellationToken);
        var after = before.Plan.Changes.Count > 0 ? await changer.ReadAsync(cancellationToken) : before;
        if (json)
        {
            ConfigJson.Write(
                new JsonObject { ["outcomes"] = JsonSerializer.SerializeToNode(outcomes, Names), ["before"] = Document(before), ["after"] = Document(after) }, Console.Out);
        }
        else
        {
            foreach (var outcome in outcomes)
            {
                Console.Out.WriteLine(outcome.Problem ?? $"{outcome.Bucket}: {outcome.Change} is set");
            }

            Print(after);
        }

        return after.Problems.Count > 0 ? ExitCode.Unreachable : outcomes.Any(static o => o.Problem is not null) ? ExitCode.Finding : ExitOf(after);
    }

    /// <summary>Beside the agent's own, which the agent may be writing at this moment.</summary>
    private static AuditLog Audit(AgentOptions options)
    {
        var directory = Path.Combine(options.Agent.DataDirectory, options.AgentName, "storage");
        try
        {
            return new AuditLog(directory, options.AgentName, new AgentClock(TimeProvider.System));
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"agent.data_directory: {directory} must be a directory that this user may write to: {unusable.Message}", unusable);
        }
    }

    private static int ExitOf(StorageReading reading) =>
        reading.Problems.Count > 0 ? ExitCode.Unreachable : reading.Plan.Changes.Count > 0 ? ExitCode.Finding : ExitCode.Done;

    private static JsonObject Document(StorageReading reading) => new()
    {
        ["changes"] = JsonSerializer.SerializeToNode(reading.Plan.Changes.Select(static c => new { c.Bucket, change = StorageChanger.NameOf(c), c.Reasons }), Names),
        ["findings"] = JsonSerializer.SerializeToNode(reading.Plan.Findings.Select(static f => new { f.Rule, severity = f.Severity.ToString(), f.Sentence }), Names),
        ["kept"] = JsonSerializer.SerializeToNode(reading.Plan.Kept, Names),
        ["problems"] = JsonSerializer.SerializeToNode(reading.Problems, Names),
    };

    private static void Print(StorageReading reading)
    {
        foreach (var reason in reading.Plan.Changes.SelectMany(static c => c.Reasons))
        {
            Console.Out.WriteLine(reason);
        }

        foreach (var kept in reading.Plan.Kept)
        {
            Console.Out.WriteLine(kept);
        }

        foreach (var problem in reading.Problems)
        {
            Console.Error.WriteLine(problem);
        }

        if (reading.Plan.Changes.Count == 0 && reading.Problems.Count == 0)
        {
            Console.Out.WriteLine("Every bucket is as it is configured.");
        }
    }
}
