using System.CommandLine;
using Mahavishnu.Agents.Adapters.Kafka;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Core.Replication.Kafka;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Cli;

/// <summary>The verb <c>messaging</c>: how the topics of a region's Kafka differ from what is configured, and making those that are missing.</summary>
internal static class MessagingVerb
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);

    /// <summary>Describes the verb.</summary>
    public static Command Command(CommonOptions common)
    {
        var plan = new Command("plan", "Shows how the region's topics differ from what is configured, and changes nothing");
        plan.SetAction((parsed, cancellationToken) => RunAsync(common, parsed, apply: false, cancellationToken));
        var apply = new Command("apply", "Makes the topics that are missing; one that is there is left as it is");
        apply.SetAction((parsed, cancellationToken) => RunAsync(common, parsed, apply: true, cancellationToken));
        return new Command("messaging", "Holds the region's Kafka against the configuration") { plan, apply };
    }

    private static async Task<int> RunAsync(CommonOptions common, ParseResult parsed, bool apply, CancellationToken cancellationToken)
    {
        if (common.Load(parsed, Console.Error) is not { } options)
        {
            return ExitCode.Usage;
        }

        if (options.Messaging.Kafka is not { } kafka || kafka.ToKafka(options.Region) is not { } reach)
        {
            await Console.Error.WriteLineAsync($"messaging.kafka.bootstrap_servers has no entry for {options.Region}; there is nothing to plan.");
            return ExitCode.Usage;
        }

        using var node = new KafkaNode(reach, TimeProvider.System);
        var wanted = kafka.ToTopics();
        var read = await node.ReadAsync(Deadline, cancellationToken);
        if (read is not DataAnswer<KafkaReading>.Ok { Value: var seen })
        {
            await Console.Error.WriteLineAsync(read.Problem);
            return ExitCode.Unreachable;
        }

        List<string> made = [];
        if (apply && wanted.Where(w => seen.Topics.All(t => t.Name != w.Name)).ToList() is { Count: > 0 } missing)
        {
            var answer = await node.CreateAsync(missing, Deadline);
            var refused = answer is DataAnswer<IReadOnlyDictionary<string, string?>>.Ok { Value: var each } ? each.Values.OfType<string>().ToList() : [answer.Problem!];
            foreach (var problem in refused)
            {
                await Console.Error.WriteLineAsync(problem);
            }

            if (refused.Count > 0)
            {
                return ExitCode.Finding;
            }

            made = [.. missing.Select(static t => t.Name)];
            seen = (await node.ReadAsync(Deadline, cancellationToken) as DataAnswer<KafkaReading>.Ok)?.Value ?? seen;
        }

        var findings = KafkaHealth.Findings(seen.Brokers.Count, seen.Topics, wanted);
        Print(parsed.GetValue(common.Json), made, findings);
        return findings.Count == 0 ? ExitCode.Done : ExitCode.Finding;
    }

    private static void Print(bool json, List<string> made, IReadOnlyList<StoreFinding> findings)
    {
        if (json)
        {
            ConfigJson.Write(
                new System.Text.Json.Nodes.JsonObject
                {
                    ["made"] = new System.Text.Json.Nodes.JsonArray([.. made.Select(static m => (System.Text.Json.Nodes.JsonNode)m)]),
                    ["findings"] = new System.Text.Json.Nodes.JsonArray([.. findings.Select(static f => new System.Text.Json.Nodes.JsonObject { ["rule"] = f.Rule, ["severity"] = f.Severity.ToString(), ["sentence"] = f.Sentence })]),
                },
                Console.Out);
            return;
        }

        foreach (var line in made.Select(static m => $"made {m}").Concat(findings.Select(static f => $"{f.Severity.ToString().ToLowerInvariant()} {f.Rule}: {f.Sentence}")).DefaultIfEmpty("every topic is as configured"))
        {
            Console.WriteLine(line);
        }
    }
}
