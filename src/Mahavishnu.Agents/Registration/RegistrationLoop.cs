using Mahavishnu.Agents.Adapters.Consul;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Registration;

/// <summary>
/// Keeps this agent registered at its own region's Consul, for people and for whoever looks services up there. Nothing of
/// the agent rests on it: it may fail for ever.
/// </summary>
/// <param name="settings">As what it is registered.</param>
/// <param name="client">The region's store, by connections of its own.</param>
/// <param name="abstains">Why the agent does not vote now; null when it does.</param>
/// <param name="clock">The clock.</param>
/// <param name="logger">Where changes are told.</param>
internal sealed partial class RegistrationLoop(
    RegistrationSettings settings, ConsulClient client, Func<string?> abstains, AgentClock clock, ILogger<RegistrationLoop> logger) : BackgroundService
{
    /// <summary>A stop waits no longer than this for the store; the check turns critical by itself.</summary>
    private static readonly TimeSpan LongestFarewell = TimeSpan.FromSeconds(1);

    private readonly ServiceRegistration _service = settings.Service;
    private string? _trouble;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                TellTrouble(Trouble(await ReportAsync(stoppingToken)));
                await Task.Delay(settings.ReportInterval, clock.Time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The agent stops.
        }

        await client.Agent.DeregisterAsync(_service.Id, LongestFarewell, CancellationToken.None);
    }

    /// <summary>Reports how the agent is; registers it first where the store does not know it, as after the loss of its data.</summary>
    private async Task<ConsulResult<bool>> ReportAsync(CancellationToken cancellationToken)
    {
        var reported = await PassOrWarnAsync(cancellationToken);
        if (reported is not ConsulResult<bool>.Refused { Status: 404 })
        {
            return reported;
        }

        var registered = await client.Agent.RegisterAsync(_service, settings.ReportInterval, cancellationToken);
        return registered is ConsulResult<bool>.Ok ? await PassOrWarnAsync(cancellationToken) : registered;
    }

    private Task<ConsulResult<bool>> PassOrWarnAsync(CancellationToken cancellationToken)
    {
        var reason = abstains();
        return client.Agent.ReportAsync(
            _service.CheckId, reason is null ? CheckStatus.Pass : CheckStatus.Warn, reason is null ? "votes" : $"abstains: {reason}", settings.ReportInterval, cancellationToken);
    }

    private static string? Trouble(ConsulResult<bool> result) => result switch
    {
        ConsulResult<bool>.Ok => null,
        ConsulResult<bool>.Refused refused => $"{refused.Status}: {refused.Body}",
        ConsulResult<bool>.Throttled throttled => $"it limits requests ({throttled.Status})",
        ConsulResult<bool>.NoLeader leaderless => leaderless.Body,
        ConsulResult<bool>.Unreachable unreachable => unreachable.Reason,
        ConsulResult<bool>.Unknown unknown => unknown.Reason,
        _ => result.ToString(),
    };

    private void TellTrouble(string? trouble)
    {
        if (trouble is not null && _trouble is null)
        {
            LogTrouble(_service.Id, client.Address, trouble);
        }
        else if (trouble is null && _trouble is not null)
        {
            LogMended(_service.Id, client.Address);
        }

        _trouble = trouble;
    }

    [LoggerMessage(1601, LogLevel.Warning, "Service {Service} cannot be kept registered at {Store}; nothing else depends on it: {Reason}")]
    private partial void LogTrouble(string service, Uri store, string reason);

    [LoggerMessage(1602, LogLevel.Information, "Service {Service} is registered at {Store} again")]
    private partial void LogMended(string service, Uri store);
}
