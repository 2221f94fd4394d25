using Mahavishnu.Agents.Adapters.Consul;
using Mahavishnu.Agents.Adapters.Postgres;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Hosting;
using Mahavishnu.Agents.Leadership;

namespace Mahavishnu.Agents.Replication;

/// <summary>
/// Holds the region's right to write: asks every control store who the primary is, and fences the region's server when it is
/// not proven any more that this region is. While this agent leads, it also gives the first claim and repairs stores that lack one.
/// </summary>
internal sealed partial class PrimaryLoop : BackgroundService
{
    private readonly RegionId _region;
    private readonly string _process;
    private readonly RegionId _configured;
    private readonly PrimaryClaims _claims;
    private readonly PostgresNode? _node;
    private readonly PrimaryTiming _timing;
    private readonly TimeSpan _interval;
    private readonly LeadershipLoop _leadership;
    private readonly Func<bool> _sagaRuns;
    private readonly AgentClock _clock;
    private readonly AuditLog _audit;
    private readonly ILogger<PrimaryLoop> _logger;
    private readonly Lock _gate = new();
    private readonly PrimaryGuard _guard;
    private readonly Dictionary<RegionId, (TimeSpan At, PrimaryClaim? Claim)> _said = [];
    private long _proofs;
    private GuardDecision _decision = new GuardDecision.Keep("not looked at yet");

    /// <summary>Prepares the loop.</summary>
    /// <param name="region">This agent's region.</param>
    /// <param name="process">This process; no other has its name.</param>
    /// <param name="configured">The region that writes as long as nothing was failed over.</param>
    /// <param name="claims">The control stores, with connections of their own.</param>
    /// <param name="node">The region's own server, with connections of its own; null when it has none.</param>
    /// <param name="timing">The times.</param>
    /// <param name="interval">How often each store is asked: the heartbeat interval.</param>
    /// <param name="leadership">Whether this agent leads.</param>
    /// <param name="sagaRuns">Whether a saga is under way, which moves claims itself.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="audit">Where fences are recorded.</param>
    /// <param name="logger">Where changes are told.</param>
    public PrimaryLoop(
        RegionId region, string process, RegionId configured, PrimaryClaims claims, PostgresNode? node, PrimaryTiming timing, TimeSpan interval,
        LeadershipLoop leadership, Func<bool> sagaRuns, AgentClock clock, AuditLog audit, ILogger<PrimaryLoop> logger)
    {
        (_region, _process, _configured, _claims, _node, _timing, _interval) = (region, process, configured, claims, node, timing, interval);
        (_leadership, _sagaRuns, _clock, _audit, _logger) = (leadership, sagaRuns, clock, audit, logger);
        _guard = new PrimaryGuard(region, process, claims.Stores.Count, timing, clock.Now);
    }

    /// <summary>What was last decided about the region's own server.</summary>
    public GuardDecision Decision => Volatile.Read(ref _decision);

    /// <summary>Whether heartbeats may be written: a sign for the other agents of the region that this one can prove its right.</summary>
    public bool MayBeat()
    {
        lock (_gate)
        {
            return _guard.MayBeat(_clock.Now);
        }
    }

    /// <summary>The region that writes, as a majority of the stores has lately said; null while that is not known.</summary>
    public RegionId? Writer()
    {
        lock (_gate)
        {
            var fresh = _said.Values.Where(s => s.Claim is not null && _clock.Now - s.At < _timing.Validity).Select(static s => s.Claim!).ToList();
            return fresh.Count >= (_claims.Stores.Count / 2) + 1 ? fresh.MaxBy(static c => c.Token)!.Region : null;
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        Task[] loops = [GuardAsync(stop.Token), LeadAsync(stop.Token), .. _claims.Stores.Select(s => AskAsync(s, stop.Token))];
        try
        {
            await await Task.WhenAny(loops); // By cancellation or by a bug, which ends the agent rather than leave the database unguarded.
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The agent stops. The region goes on writing until its right runs out, unless another agent of it holds it.
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task AskAsync(ConsulPrimaryStore store, CancellationToken cancellationToken)
    {
        while (true)
        {
            var askedAt = _clock.Now;
            var answer = await _claims.ReadAsync(store, cancellationToken);
            if (answer is DataAnswer<PrimaryState>.Ok { Value: var state })
            {
                lock (_gate)
                {
                    _guard.Saw(store.Store, askedAt, state.Claim);
                    _said[store.Store] = (askedAt, state.Claim);
                }

                await ProveAsync(store, state, cancellationToken);
            }

            await Task.Delay(_interval, _clock.Time, cancellationToken);
        }
    }

    /// <summary>Proves to a store that names this region that it is the primary.</summary>
    private async Task ProveAsync(ConsulPrimaryStore store, PrimaryState state, CancellationToken cancellationToken)
    {
        if (_node is null || state.Claim?.Region != _region)
        {
            return;
        }

        var sentAt = _clock.Now;
        var proof = new PrimaryProof(state.Claim.Token, _process, Interlocked.Increment(ref _proofs)).ToText();
        if (await _claims.ProveAsync(store, state, proof, cancellationToken) is DataAnswer<bool>.Ok)
        {
            lock (_gate)
            {
                _guard.Proved(store.Store, sentAt, state.Claim);
            }
        }
    }

    private async Task GuardAsync(CancellationToken cancellationToken)
    {
        while (_node is not null)
        {
            var database = await LookAsync(cancellationToken);
            GuardDecision decision;
            lock (_gate)
            {
                decision = _guard.Decide(_clock.Now, database);
            }

            await ActAsync(decision, cancellationToken);
            await Task.Delay(_interval / 5, _clock.Time, cancellationToken);
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, _clock.Time, cancellationToken);
    }

    private async Task<GuardedDatabase?> LookAsync(CancellationToken cancellationToken) =>
        await _node!.LookAsync(_timing.FencingTime / 2, cancellationToken) is DataAnswer<PostgresLook>.Ok { Value: var look }
            ? new GuardedDatabase(!look.InRecovery && look.Fence is not null, look.Fence?.Fenced ?? false, look.Fence?.Token ?? 0, look.Beat is var (process, sequence) ? new RegionBeat(process, sequence) : null)
            : null;

    private async Task ActAsync(GuardDecision decision, CancellationToken cancellationToken)
    {
        var changed = decision.GetType() != Decision.GetType() || decision.Reason != Decision.Reason;
        Volatile.Write(ref _decision, decision);
        var answer = decision switch
        {
            GuardDecision.Fence fence => await _node!.FenceAsync(fence.Token, _timing.FencingTime / 2, cancellationToken),
            GuardDecision.Open open => await _node!.OpenAsync(open.Token, _timing.FencingTime / 2, cancellationToken),
            _ => null,
        };
        if (answer is null)
        {
            return;
        }

        var outcome = answer is DataAnswer<PostgresFence>.Ok ? "done" : answer.Problem!;
        if (changed || answer is DataAnswer<PostgresFence>.Ok)
        {
            LogGuard(decision.GetType().Name, decision.Reason, outcome);
            _audit.Write("agent", $"database.{decision.GetType().Name.ToLowerInvariant()}", _claims.Dataset, answer is DataAnswer<PostgresFence>.Ok ? "done" : "failed", new { region = _region.Value, decision.Reason, outcome });
        }
    }

    /// <summary>Between sagas a leader sees to it that every store has the newest claim, and that there is a first one.</summary>
    private async Task LeadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_leadership.Term is { } term && !_sagaRuns())
            {
                await RepairAsync(term, cancellationToken);
            }

            await Task.Delay(_interval, _clock.Time, cancellationToken);
        }
    }

    private async Task RepairAsync(LeadershipTerm term, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, term.Ended);
        try
        {
            var read = await _claims.ReadAsync(either.Token);
            var claim = read.IsKnown ? read.Newest! : read.IsVirgin ? new PrimaryClaim(_configured, term.Epoch, PrimaryClaim.TokenOf(term.Epoch, 0)) : null;
            var behind = claim is null ? [] : read.Lacking.Concat(read.Having.Where(h => h.Value.Token < claim.Token).Select(static h => h.Key)).ToList();
            if (claim is null || behind.Count == 0 || _sagaRuns())
            {
                return;
            }

            var (_, detail) = await _claims.WriteAsync(claim, term.Epoch, null, behind, either.Token);
            LogRepaired(claim.Region, string.Join(", ", behind), detail);
            _audit.Write("agent", "primary.repair", _claims.Dataset, "written", new { region = claim.Region.Value, claim.Token, at = behind.Select(static b => b.Value), detail });
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The term ended.
        }
    }

    [LoggerMessage(1611, LogLevel.Warning, "Database of this region: {Decision}, because {Reason}: {Outcome}")]
    private partial void LogGuard(string decision, string reason, string outcome);

    [LoggerMessage(1612, LogLevel.Information, "{Region} is the primary, and {Stores} did not say so: {Detail}")]
    private partial void LogRepaired(RegionId region, string stores, string detail);
}
