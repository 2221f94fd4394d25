using System.CommandLine;
using System.Globalization;

namespace Mahavishnu.Agents.Cli;

/// <summary>The verb <c>replay</c>: takes an agent's recorded decisions again.</summary>
internal static class ReplayVerb
{
    /// <summary>Describes the verb.</summary>
    public static Command Command(CommonOptions common)
    {
        var path = new Argument<string>("file") { Description = "A file of a flight record, or the directory of all of them: {agent.data_directory}/{agent}/flight" };
        var policy = new Option<string?>("--policy") { Description = "YAML file with any of the sections regions, data_classes, failover, failback: what would have been decided with them" };
        var at = Time("--at", "Show every rule of the last decision until then");
        var from = Time("--from", "Show what happened from then on");
        var to = Time("--to", "Show what happened until then");
        var command = new Command("replay", "Takes recorded decisions again: whether they are the same, or what another policy would have decided") { path, policy, at, from, to };
        command.SetAction(parsed => new ReplayCommand(
            new ReplayRequest(
                parsed.GetValue(path)!,
                parsed.GetValue(policy),
                parsed.GetValue(at),
                parsed.GetValue(from) ?? DateTimeOffset.MinValue,
                parsed.GetValue(to) ?? DateTimeOffset.MaxValue,
                parsed.GetValue(common.Json)),
            Console.Out,
            Console.Error).Run());
        return command;
    }

    private static Option<DateTimeOffset?> Time(string name, string description) => new(name)
    {
        Description = $"{description}; UTC unless it says otherwise, e.g. 2026-03-01T12:00:03Z",
        CustomParser = given =>
        {
            var text = given.Tokens is [{ Value: var one }] ? one : "";
            if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
            {
                return time;
            }

            given.AddError($"{name}: '{text}' is not a time, such as 2026-03-01T12:00:03Z.");
            return null;
        },
    };
}
