using Mahavishnu.Agents.Adapters.Postgres;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Replication;

/// <summary>Sees to it that this region's own server follows the primary while it is a standby, and has slots for the others while it is the primary.</summary>
internal sealed partial class StandbyLoop(
    RegionId region, PostgresqlOptions options, PostgresStandby server, Func<PostgresReading?> reading, Func<RegionId?> writer, AgentClock clock, AuditLog audit, ILogger<StandbyLoop> logger) : BackgroundService
{
    /// <summary>A receiver that has not come within so long will not come by itself.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private RegionId? _told;
    private TimeSpan _toldAt;
    private StandbyDecision _decision = new StandbyDecision.Keep("not looked at yet");
    private string? _outcome;

    /// <summary>What is not as it should be with following.</summary>
    public IEnumerable<StoreFinding> Findings()
    {
        var decision = Volatile.Read(ref _decision);
        if (decision is StandbyDecision.Follow && options.Replication.User is null)
        {
            yield return new StoreFinding("P-02", FindingSeverity.Critical, $"following: {decision.Reason}; set its primary_conninfo, or give database.postgresql.replication.user, so that the agent does");
        }
        else if (Volatile.Read(ref _outcome) is { } outcome)
        {
            yield return new StoreFinding("P-03", FindingSeverity.Critical, $"following: {decision.Reason}, and that failed: {outcome}");
        }
        else if (_told is { } told && decision is StandbyDecision.Keep && reading() is { InRecovery: true, Receiver: not { Status: "streaming" } } && clock.Now - _toldAt > Patience)
        {
            yield return new StoreFinding("P-04", FindingSeverity.Critical,
                $"following: it was told to follow {told} more than {Patience.TotalSeconds:0} s ago and receives nothing; when its own log says that its history is another, make it anew with pg_rewind or a base backup");
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Interval, clock.Time);
        try
        {
            do
            {
                await RunOnceAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The agent stops.
        }
    }

    /// <summary>One look, and what follows from it.</summary>
    internal async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        if (reading() is not { } seen)
        {
            return;
        }

        var physical = seen.Slots.Where(static s => s.Type == "physical").ToList();
        var facts = new StandbyFacts(
            seen.InRecovery, RegionOf(seen.Receiver), _told, [.. physical.Where(static s => !s.Active).Select(static s => s.Name)], [.. physical.Select(static s => s.Name)]);
        var decision = StandbyDecision.For(region, writer(), [.. options.PrimaryRegions.Select(static s => s.Region)], facts);
        Volatile.Write(ref _decision, decision);
        var answer = decision switch
        {
            StandbyDecision.Follow follow when options.Replication.User is { } user => await FollowAsync(follow.Region, user, cancellationToken),
            StandbyDecision.MakeSlots make => await server.MakeSlotsAsync(make.Names, options.Timeout, cancellationToken),
            StandbyDecision.DropSlots drop => await server.DropSlotsAsync(drop.Names, options.Timeout, cancellationToken),
            _ => null,
        };
        if (answer is null)
        {
            return;
        }

        var before = Interlocked.Exchange(ref _outcome, answer.Problem);
        if (answer.Problem is null || before != answer.Problem)
        {
            LogStandby(decision.GetType().Name, decision.Reason, answer.Problem ?? "done");
            audit.Write("agent", $"database.{decision.GetType().Name.ToLowerInvariant()}", StoreNames.Postgresql, answer.Problem is null ? "done" : "failed", new { region = region.Value, decision.Reason, outcome = answer.Problem });
        }
    }

    private async Task<DataAnswer<bool>> FollowAsync(RegionId primary, string user, CancellationToken cancellationToken)
    {
        var endpoint = options.PrimaryRegions.Single(s => s.Region == primary).Endpoint;
        var mode = options.Tls switch { PostgresEncryption.Disable => "disable", PostgresEncryption.Prefer => "prefer", PostgresEncryption.Require => "require", _ => "verify-full" };
        var source = new PostgresReplicationSource(endpoint.Host, PortOf(endpoint), user, options.Replication.Passfile, mode);
        var answer = await server.FollowAsync(source, StandbyDecision.SlotOf(region), options.Timeout, cancellationToken);
        if (answer is DataAnswer<bool>.Ok)
        {
            (_told, _toldAt) = (primary, clock.Now);
        }

        return answer;
    }

    private RegionId? RegionOf(PostgresReceiver? receiver) => receiver is not { Status: "streaming", SenderHost: { } host, SenderPort: { } port } ? null
        : options.PrimaryRegions.Where(s => s.Endpoint.Host == host && PortOf(s.Endpoint) == port).Select(static s => (RegionId?)s.Region).FirstOrDefault();

    private static int PortOf(Uri endpoint) => endpoint.Port > 0 ? endpoint.Port : 5432;

    [LoggerMessage(1641, LogLevel.Warning, "PostgreSQL of this region: {Decision}, because {Reason}: {Outcome}")]
    private partial void LogStandby(string decision, string reason, string outcome);
}
