using Xunit;

namespace Mahavishnu.Agents.Tests.Cli;

/// <summary>What the command line answers before it asks anybody.</summary>
public sealed class VerbTests
{
    [Theory]
    [InlineData("")]
    [InlineData("run")]
    [InlineData("lab")]
    [InlineData("status")]
    [InlineData("explain")]
    [InlineData("failover")]
    [InlineData("failback")]
    [InlineData("maintenance")]
    [InlineData("maintenance on")]
    [InlineData("maintenance off")]
    [InlineData("maintenance status")]
    [InlineData("replay")]
    [InlineData("simulate")]
    [InlineData("config")]
    [InlineData("config check")]
    [InlineData("config show")]
    public async Task Help_OfEveryVerb_IsShownAndExitsWith0(string verb)
    {
        var ended = await AgentProcess.RunAsync([.. verb.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        Assert.Equal((0, ""), (ended.Exit, ended.Errors.Trim()));
        Assert.Contains("--config", ended.Output, StringComparison.Ordinal);
        Assert.Contains("--environment", ended.Output, StringComparison.Ordinal);
    }

    [Theory]
    //          command line                              what is said
    [InlineData("frobnicate",                             "frobnicate")]
    [InlineData("status --colour red",                    "--colour")]
    [InlineData("failover",                               "--from")]
    [InlineData("maintenance on",                         "--reason")]
    [InlineData("maintenance",                            "command")]
    [InlineData("status --address nonsense",              "'nonsense' is not the URL of an agent")]
    [InlineData("status --address ftp://127.0.0.1/",      "is not the URL of an agent")]
    [InlineData("status --config /nowhere/at/all",        "/nowhere/at/all does not exist")]
    [InlineData("run --config /nowhere/at/all",           "/nowhere/at/all does not exist")]
    [InlineData("run --config /nowhere/at/all --region us-east-1", "/nowhere/at/all")]
    [InlineData("status --address http://127.0.0.1:9 --token-file /nowhere/at/all", "--token-file /nowhere/at/all cannot be read")]
    [InlineData("status --address http://127.0.0.1:9 --token-file /dev/null", "must hold one token")]
    [InlineData("status --address http://127.0.0.1:9 --token-file /etc", "--token-file /etc cannot be read")]
    [InlineData("replay",                                 "argument")]
    [InlineData("replay /nowhere/at/all",                 "/nowhere/at/all cannot be read")]
    [InlineData("replay /proc/self/fdinfo",               "/proc/self/fdinfo holds no flight record")]
    [InlineData("replay /dev/null",                       "/dev/null holds no decision")]
    [InlineData("replay /dev/null --at yesterday",        "--at: 'yesterday' is not a time")]
    [InlineData("replay /etc/hostname",                   "/etc/hostname:1: is damaged: it is no flight record")]
    [InlineData("simulate --seed x",                      "'x' for option '--seed'")]
    [InlineData("simulate --mutation Forgetting",         "Forgetting")]
    [InlineData("simulate --scenario earthquake",         "no scenario earthquake; see --list-scenarios")]
    [InlineData("simulate --runs 1 --faults 0,b",         "--faults: expected places counted from 0, as in 0,3,4, or none; 'b' is no place")]
    [InlineData("simulate --runs 1 --faults -1",          "'-1' is no place")]
    [InlineData("simulate --runs 1 --faults 999",         "there is no fault 999")]
    [InlineData("simulate --faults none",                 "give --runs 1 with it")]
    public async Task Usage_Wrong_IsToldAndExitsWith2(string commandLine, string said)
    {
        var ended = await AgentProcess.RunAsync(commandLine.Split(' '));

        Assert.Equal(2, ended.Exit);
        Assert.Contains(said, ended.Errors, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("", ended.Output);
        Assert.DoesNotContain("   at ", ended.Errors, StringComparison.Ordinal);
    }
}
