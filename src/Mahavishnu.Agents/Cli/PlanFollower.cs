using System.Text.Json.Nodes;

namespace Mahavishnu.Agents.Cli;

/// <summary>Follows a plan until it has ended, whoever leads meanwhile.</summary>
internal static class PlanFollower
{
    /// <summary>Writes a line for each change. 0 when the plan is complete; 1 when it was undone, or when its end was missed or may not be seen.</summary>
    /// <exception cref="AgentUnreachableException">No usable answer.</exception>
    public static async Task<int> FollowAsync(AgentClient client, string plan, TextWriter output, TextWriter error, TimeProvider time, CancellationToken cancellationToken)
    {
        var told = "";
        while (true)
        {
            var answer = await client.GetAsync("/v1/status", cancellationToken);
            if (!answer.Ok)
            {
                await error.WriteLineAsync($"{plan} goes on, but it cannot be followed: {answer.Message}");
                return ExitCode.Finding;
            }

            var saga = answer.Body["saga"] ?? answer.Body["lastSaga"];
            if (saga is not null && saga["planId"]?.GetValue<string>() != plan && told.Length > 0)
            {
                await error.WriteLineAsync($"{plan} has ended and {saga["planId"]} has followed; see the audit lines for its end.");
                return ExitCode.Finding;
            }

            if (saga is not null && saga["planId"]?.GetValue<string>() == plan)
            {
                var line = Line(saga);
                if (line != told)
                {
                    await output.WriteLineAsync(told = line);
                }

                if (saga["phase"]?.GetValue<string>() is "Complete" or "Aborted")
                {
                    return saga["phase"]!.GetValue<string>() == "Complete" ? ExitCode.Done : ExitCode.Finding;
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(300), time, cancellationToken);
        }
    }

    private static string Line(JsonNode saga) =>
        $"{saga["planId"]}: {saga["step"]} {saga["phase"]} ({saga["source"]} -> {saga["target"]}){(saga["trouble"] is { } trouble ? $"; a person is needed: {trouble}" : "")}";
}
