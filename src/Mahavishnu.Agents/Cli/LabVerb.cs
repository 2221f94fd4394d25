using System.CommandLine;
using System.Net;
using Mahavishnu.Agents.Lab.Command;
using Mahavishnu.Agents.Lab.Processes;

namespace Mahavishnu.Agents.Cli;

/// <summary>The verb <c>lab</c>: several regions on this machine.</summary>
internal static class LabVerb
{
    private static readonly Option<IPAddress> Listen = new("--listen")
    {
        Description = "Address that it listens on; without it nobody outside this machine reaches it",
        DefaultValueFactory = static _ => IPAddress.Loopback,
        CustomParser = static given =>
        {
            var text = given.Tokens is [{ Value: var one }] ? one : "";
            if (IPAddress.TryParse(text, out var address))
            {
                return address;
            }

            given.AddError($"--listen: '{text}' is not an IP address, such as 127.0.0.1.");
            return null;
        },
    };

    /// <summary>Describes the verb.</summary>
    public static Command Command(CommonOptions common)
    {
        var scenario = new Option<string>("--scenario") { Description = "What happens; see --list-scenarios", DefaultValueFactory = static _ => "region-outage" };
        var kill = new Option<string?>("--kill") { Description = "Region that is hit; default: us-east-1, or the scenario's own choice" };
        var profile = new Option<string>("--profile") { Description = "Timing: fast or default", DefaultValueFactory = static _ => "fast" };
        var regions = new Option<int?>("--regions") { Description = "How many regions; default: the fewest that the scenario needs" };
        var seed = new Option<int>("--seed") { Description = "Spreads the users' requests", DefaultValueFactory = static _ => 1 };
        var withPostgres = new Option<bool>("--with-postgres") { Description = "A real PostgreSQL in every region, and a user who writes through the edge" };
        var synchronous = new Option<bool>("--synchronous") { Description = "With PostgreSQL: a commit waits until one standby has it" };
        var stay = new Option<bool>("--stay") { Description = "Leave everything running at the end, until interrupted" };
        var only = new Option<string?>("--only") { Description = "Run one part in the foreground: consul, service or edge" };
        var port = new Option<int>("--port") { Description = "Port of that part; 0: any free one" };
        var data = new Option<string?>("--data-dir") { Description = "Where a Consul-compatible server keeps its data; default: nowhere" };
        var list = new Option<bool>("--list-scenarios") { Description = "Name the scenarios" };
        var withParent = new Option<bool>("--exit-with-parent") { Description = "Stop when standard input closes", Hidden = true };
        var lab = new Command("lab", "Regions on this machine, users' load, an outage, failover and failback; nothing is left running")
        {
            scenario, kill, profile, regions, seed, withPostgres, synchronous, stay, only, port, Listen, data, list, withParent,
        };
        lab.SetAction((parsed, cancellationToken) => LabCommand.RunAsync(
            new LabOptions
            {
                Program = AgentProgram.Current(),
                Scenario = parsed.GetValue(scenario)!,
                Kill = parsed.GetValue(kill),
                Profile = parsed.GetValue(profile)!,
                Regions = parsed.GetValue(regions),
                Seed = parsed.GetValue(seed),
                WithPostgres = parsed.GetValue(withPostgres),
                Synchronous = parsed.GetValue(synchronous),
                Stay = parsed.GetValue(stay),
                Json = parsed.GetValue(common.Json),
                Only = parsed.GetValue(only),
                Port = parsed.GetValue(port),
                Listen = parsed.GetValue(Listen)!,
                Region = parsed.GetValue(common.Region),
                DataDirectory = parsed.GetValue(data),
                ListScenarios = parsed.GetValue(list),
                ExitWithParent = parsed.GetValue(withParent),
                Live = !Console.IsOutputRedirected && !parsed.GetValue(common.Json),
            },
            Console.Out,
            Console.Error,
            cancellationToken));
        return lab;
    }
}
