using System.CommandLine;

namespace Mahavishnu.Agents.Cli;

/// <summary>Every verb of the command line. The names are fixed.</summary>
internal static class CommandLine
{
    /// <summary>Parses and carries out a command line; see <see cref="ExitCode"/>.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var common = new CommonOptions();
        var root = new RootCommand("The agent of one region of a Mahavishnu deployment: watches, decides with the others, fails over and back.")
        {
            RunVerb.Command(common),
            LabVerb.Command(common),
            SimulateVerb.Command(common),
            OperatorVerbs.Status(common),
            OperatorVerbs.Explain(common),
            OperatorVerbs.Failover(common),
            OperatorVerbs.Failback(common),
            OperatorVerbs.Maintenance(common),
            ReplayVerb.Command(common),
            PostgresVerb.Command(common),
            StorageVerb.Command(common), MessagingVerb.Command(common),
            Config(common),
        };
        foreach (Option option in (Option[])[common.Config, common.Region, common.Environment, common.Json])
        {
            root.Add(option);
        }

        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var problem in parsed.Errors)
            {
                await Console.Error.WriteLineAsync(problem.Message);
            }

            await Console.Error.WriteLineAsync("See mahavishnu-agent --help, and --help of every verb.");
            return ExitCode.Usage;
        }

        return await InvokeAsync(parsed);
    }

    private static async Task<int> InvokeAsync(ParseResult parsed)
    {
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(20) });
        }
        catch (AgentUnreachableException unreachable)
        {
            await Console.Error.WriteLineAsync(unreachable.Message);
            return ExitCode.Unreachable;
        }
        catch (InvalidOperationException unusable) when (unusable.Source == typeof(CommandLine).Assembly.GetName().Name)
        {
            await Console.Error.WriteLineAsync(unusable.Message);
            return ExitCode.Usage;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
    }

    private static Command Config(CommonOptions common)
    {
        var check = new Command("check", "Validates the whole configuration; all errors at once");
        check.SetAction(parsed => ConfigCommand.Check(common.Request(parsed), Console.Out));
        var show = new Command("show", "The merged view with the origin of every value; secrets redacted");
        show.SetAction(parsed => ConfigCommand.Show(common.Request(parsed), Console.Out, Console.Error));
        return new Command("config", "Checks or shows the configuration") { check, show };
    }
}
