using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mahavishnu.Agents.Configuration;

namespace Mahavishnu.Agents.Cli;

/// <summary>The verbs that ask a running agent.</summary>
internal static class OperatorVerbs
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The verb <c>status</c>.</summary>
    public static Command Status(CommonOptions common) => Show(common, "status", "Regions, scores, leader and epoch, running plan", "/v1/status", StatusText.Status);

    /// <summary>The verb <c>explain</c>.</summary>
    public static Command Explain(CommonOptions common) => Show(common, "explain", "What the agent would do now and why, rule by rule", "/v1/explain", StatusText.Explain);

    /// <summary>The verb <c>failover</c>.</summary>
    public static Command Failover(CommonOptions common)
    {
        var from = new Option<string>("--from") { Description = "Region to leave", Required = true };
        var to = new Option<string?>("--to") { Description = "Target; default: the best by the ranking" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only show the plan" };
        var (force, reason) = Force();
        var command = Asking(common, "failover", "Asks the leader to fail a region over; prints the plan and follows it", from, to, dryRun, force, reason);
        command.SetAction((parsed, cancellationToken) => OperateAsync(
            common,
            parsed,
            AccessScope.Operate,
            "/v1/failover",
            new JsonObject
            {
                ["from"] = parsed.GetValue(from),
                ["to"] = parsed.GetValue(to),
                ["dryRun"] = parsed.GetValue(dryRun),
                ["force"] = parsed.GetValue(force),
                ["reason"] = parsed.GetValue(reason),
            },
            cancellationToken));
        return command;
    }

    /// <summary>The verb <c>failback</c>.</summary>
    public static Command Failback(CommonOptions common)
    {
        var approve = new Option<bool>("--approve") { Description = "Approve it and follow; without it only the plan is shown" };
        var (force, reason) = Force();
        var command = Asking(common, "failback", "Plans, or approves and follows, giving a region (--region) its users back", approve, force, reason);
        command.SetAction((parsed, cancellationToken) => OperateAsync(
            common,
            parsed,
            AccessScope.Approve,
            "/v1/failback",
            new JsonObject
            {
                ["region"] = parsed.GetValue(common.Region),
                ["approve"] = parsed.GetValue(approve),
                ["force"] = parsed.GetValue(force),
                ["reason"] = parsed.GetValue(reason),
            },
            cancellationToken));
        return command;
    }

    /// <summary>The verb <c>maintenance</c>.</summary>
    public static Command Maintenance(CommonOptions common)
    {
        var reason = new Option<string>("--reason") { Description = "Why", Required = true };
        var on = Asking(common, "on", "Pause automation everywhere", reason);
        var off = Asking(common, "off", "Let automation go on", reason);
        on.SetAction((parsed, cancellationToken) => SetAsync(parsed, true, cancellationToken));
        off.SetAction((parsed, cancellationToken) => SetAsync(parsed, false, cancellationToken));
        var status = Show(common, "status", "Whether automation is paused", "/v1/maintenance", StatusText.Maintenance);
        return new Command("maintenance", "Pauses automation everywhere") { on, off, status };

        Task<int> SetAsync(ParseResult parsed, bool paused, CancellationToken cancellationToken) => OperateAsync(
            common, parsed, AccessScope.Operate, "/v1/maintenance", new JsonObject { ["on"] = paused, ["reason"] = parsed.GetValue(reason) }, cancellationToken);
    }

    private static (Option<bool> Force, Option<string?> Reason) Force() => (
        new Option<bool>("--force") { Description = "Go on without the observers' agreement; needs --reason. Never past residency or to a dead region" },
        new Option<string?>("--reason") { Description = "Why, for the audit" });

    private static Command Asking(CommonOptions common, string name, string description, params Option[] options)
    {
        var command = new Command(name, description) { common.Address, common.TokenFile };
        foreach (var option in options)
        {
            command.Add(option);
        }

        return command;
    }

    private static Command Show(CommonOptions common, string name, string description, string path, Action<JsonNode, TextWriter> human)
    {
        var command = Asking(common, name, description);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = common.Client(parsed, AccessScope.Read, Console.Error);
            return client is null ? ExitCode.Usage : Print(await client.GetAsync(path, cancellationToken), parsed.GetValue(common.Json), human);
        });
        return command;
    }

    private static async Task<int> OperateAsync(CommonOptions common, ParseResult parsed, AccessScope scope, string path, JsonObject body, CancellationToken cancellationToken)
    {
        using var client = common.Client(parsed, scope, Console.Error);
        if (client is null)
        {
            return ExitCode.Usage;
        }

        var json = parsed.GetValue(common.Json);
        var answer = await client.PostAsync(path, body, cancellationToken);
        var code = Print(answer, json, StatusText.Answer);
        return answer.Status == 202 && answer.Body["plan"]?["planId"]?.GetValue<string>() is { } plan
            ? await PlanFollower.FollowAsync(client, plan, json ? TextWriter.Null : Console.Out, Console.Error, TimeProvider.System, cancellationToken)
            : code;
    }

    private static int Print(AgentAnswer answer, bool json, Action<JsonNode, TextWriter> human)
    {
        if (json)
        {
            Console.Out.WriteLine(answer.Body.ToJsonString(s_indented));
        }
        else if (answer.Ok)
        {
            human(answer.Body, Console.Out);
        }

        if (!answer.Ok)
        {
            Console.Error.WriteLine(answer.Message);
        }

        return answer.Ok ? ExitCode.Done : answer.Status is 400 or 401 or 403 ? ExitCode.Usage : answer.Status == 503 ? ExitCode.Unreachable : ExitCode.Finding;
    }
}
