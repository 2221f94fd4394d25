using System.CommandLine;
using System.Net.Sockets;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Cli;

/// <summary>The verb <c>run</c>: the daemon.</summary>
internal static class RunVerb
{
    /// <summary>Describes the verb.</summary>
    public static Command Command(CommonOptions common)
    {
        var withParent = new Option<bool>("--exit-with-parent") { Description = "Stop when standard input closes", Hidden = true };
        var run = new Command("run", "Runs the agent of a region") { withParent };
        run.SetAction((parsed, cancellationToken) => RunAsync(common, parsed, parsed.GetValue(withParent), cancellationToken));
        return run;
    }

    private static async Task<int> RunAsync(CommonOptions common, ParseResult parsed, bool withParent, CancellationToken cancellationToken)
    {
        if (common.Load(parsed, Console.Error) is not { } options)
        {
            return ExitCode.Usage;
        }

        WebApplication app;
        try
        {
            app = AgentHost.Build(options);
        }
        catch (SocketException refused)
        {
            await Console.Error.WriteLineAsync(CannotListen(options.Agent.Listen, refused));
            return ExitCode.Usage;
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or InvalidOperationException or ArgumentException)
        {
            await Console.Error.WriteLineAsync($"The agent cannot start: {unusable.Message}");
            return ExitCode.Usage;
        }

        await using (app)
        {
            return await RunAsync(app, options.Agent.Listen, withParent, cancellationToken);
        }
    }

    private static async Task<int> RunAsync(WebApplication app, string listen, bool withParent, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException inUse)
        {
            await Console.Error.WriteLineAsync(CannotListen(listen, inUse));
            return ExitCode.Usage;
        }

        using var stop = cancellationToken.Register(app.Lifetime.StopApplication);
        if (withParent)
        {
            _ = StopWithParentAsync(app.Lifetime);
        }

        await app.WaitForShutdownAsync(CancellationToken.None);
        return ExitOf(app.Services.GetServices<IHostedService>());
    }

    /// <summary>The exit code after everything has stopped: a loop that ended by a bug, which stops the agent, is no orderly end.</summary>
    internal static int ExitOf(IEnumerable<IHostedService> services) =>
        services.OfType<BackgroundService>().Any(static s => s.ExecuteTask is { IsFaulted: true }) ? ExitCode.Finding : ExitCode.Done;

    private static string CannotListen(string listen, Exception reason) =>
        $"agent.listen {listen} cannot be used: {reason.Message.TrimEnd('.')}. Stop what listens there, or choose another address.";

    /// <summary>Standard input is a pipe that the parent holds open; it closes however the parent ends.</summary>
    private static async Task StopWithParentAsync(IHostApplicationLifetime lifetime)
    {
        await Console.OpenStandardInput().CopyToAsync(Stream.Null);
        lifetime.StopApplication();
    }
}
