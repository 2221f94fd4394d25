using System.Security.Cryptography;
using Mahavishnu.Agents.Adapters.Consul;
using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Health;
using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Voting;

/// <summary>One store as the votes see it: with connections of its own, apart from those of leadership.</summary>
/// <param name="Store">The store.</param>
/// <param name="Client">Its client.</param>
internal sealed record VoteStore(RegionId Store, ConsulClient Client);

/// <summary>
/// Publishes this agent's view of every region at every store, at once when it changes and at each interval, and reads
/// everybody's votes. A store that is slow or gone delays no other.
/// </summary>
internal sealed partial class VoteLoop : BackgroundService
{
    private readonly VoteSettings _settings;
    private readonly IReadOnlyList<VoteStore> _stores;
    private readonly Func<HealthSnapshot> _health;
    private readonly Func<HealthSnapshot, CancellationToken, Task<HealthSnapshot>> _healthChanged;
    private readonly AgentClock _clock;
    private readonly ILogger<VoteLoop> _logger;
    private readonly Lock _gate = new();
    private readonly VoteLedger _ledger = new();
    private readonly Dictionary<RegionId, TimeSpan> _heardAt = [];
    private readonly Dictionary<(RegionId Store, string Key), string> _problems = [];
    private readonly Dictionary<RegionId, CancellationTokenSource> _writes = [];
    private readonly string _process = RandomNumberGenerator.GetHexString(16, lowercase: true);
    private long _counter;

    /// <summary>Prepares the loop.</summary>
    public VoteLoop(
        VoteSettings settings,
        IReadOnlyList<VoteStore> stores,
        Func<HealthSnapshot> health,
        Func<HealthSnapshot, CancellationToken, Task<HealthSnapshot>> healthChanged,
        AgentClock clock,
        ILogger<VoteLoop> logger)
    {
        (_settings, _stores, _health, _healthChanged, _clock, _logger) = (settings, stores, health, healthChanged, clock, logger);
    }

    /// <summary>This process, as its votes name it.</summary>
    public string Process => _process;

    /// <summary>How far this region is behind the others, for the votes.</summary>
    public Func<IReadOnlyList<LagVote>> Lag { get; set; } = static () => [];

    /// <summary>What the vote says of copies of the region's data that need a full copy.</summary>
    public Func<IReadOnlyList<(string Store, RegionId Target)>> Broken { get; set; } = static () => [];

    /// <summary>Votes that this reader knows, with the time since each changed.</summary>
    public IReadOnlyList<(Vote Vote, TimeSpan? Age)> Latest()
    {
        lock (_gate)
        {
            return _ledger.Latest(_clock.Now);
        }
    }

    /// <summary>The votes that are fresh now.</summary>
    public IReadOnlyList<Vote> Fresh()
    {
        lock (_gate)
        {
            return _ledger.Fresh(_clock.Now, _settings.Freshness);
        }
    }

    /// <summary>What the observers agree now.</summary>
    public AgreedView Agreed() => AgreedView.Of(_settings.Observers, _settings.Regions, Fresh());

    /// <summary>Votes at the stores that cannot be read, by key and store.</summary>
    public IReadOnlyDictionary<string, string> Problems()
    {
        lock (_gate)
        {
            return _problems.ToDictionary(static p => $"{p.Key.Key} at {p.Key.Store}", static p => p.Value);
        }
    }

    /// <summary>Why this agent abstains now; null when it votes.</summary>
    public string? Abstains() => Abstains(_health());

    private string? Abstains(HealthSnapshot health) => ObserverGate.Abstention(health.Observer, Answering(), _stores.Count);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        Task[] loops = [PublishAsync(stop.Token), .. _stores.Select(store => ReadAsync(store, stop.Token))];
        try
        {
            // A loop ends by cancellation or by a bug, which ends the agent rather than leave it half blind.
            await await Task.WhenAny(loops);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private int Answering()
    {
        lock (_gate)
        {
            var now = _clock.Now;
            return _heardAt.Values.Count(at => now - at <= _settings.Freshness);
        }
    }

    private async Task PublishAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var seen = _health();
                var abstains = Abstains(seen);
                Publish(seen, abstains, cancellationToken);
                await NextAsync(seen, abstains, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The agent stops; its last vote goes stale by itself.
        }
    }

    /// <summary>Waits for the interval to pass, or for something else to be said: at once for a standing, at the next look for the stores.</summary>
    private async Task NextAsync(HealthSnapshot seen, string? abstained, CancellationToken cancellationToken)
    {
        using var interval = new CancellationTokenSource(_settings.Interval, _clock.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(interval.Token, cancellationToken);
        var changed = (Task)_healthChanged(seen, either.Token);
        while (!changed.IsCompleted && Abstains(seen) == abstained)
        {
            await changed.WaitAsync(_settings.ReadInterval, _clock.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }

        await either.CancelAsync();
        try
        {
            await changed;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Nothing changed before the interval had passed, or before the stores did.
        }
    }

    private void Publish(HealthSnapshot health, string? abstains, CancellationToken cancellationToken)
    {
        var vote = new Vote(_settings.Agent, _settings.Region, _process, ++_counter, abstains, _settings.Address, health.Views) { Lag = Lag(), Broken = Broken() };
        var text = vote.ToText();
        foreach (var store in _stores)
        {
            // A newer vote replaces one that is still on its way.
            if (_writes.Remove(store.Store, out var before))
            {
                before.Cancel();
                before.Dispose();
            }

            var write = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            _writes[store.Store] = write;
            _ = WriteAsync(store, text, write.Token);
        }
    }

    private async Task WriteAsync(VoteStore store, string text, CancellationToken cancellationToken)
    {
        try
        {
            // An unknown outcome needs no care: the next vote follows soon.
            await store.Client.Keys.PutAsync(_settings.OwnKey, ConsulValue.FromText(text), _settings.RequestTimeout, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // A newer vote, or the end.
        }
    }

    private async Task ReadAsync(VoteStore store, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var listed = await store.Client.Keys.ListAsync(_settings.VotesPrefix, consistent: true, _settings.RequestTimeout, cancellationToken);
                if (listed is ConsulResult<IReadOnlyList<ConsulEntry>>.Ok ok)
                {
                    TakeIn(store.Store, ok.Value);
                }

                await Task.Delay(_settings.ReadInterval, _clock.Time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The agent stops.
        }
    }

    private void TakeIn(RegionId store, IReadOnlyList<ConsulEntry> entries)
    {
        lock (_gate)
        {
            var now = _clock.Now;
            _heardAt[store] = now;
            var readable = entries.Where(e => TakeIn(now, store, e)).Select(static e => e.Key).ToHashSet();
            var listed = entries.Select(static e => e.Key).ToHashSet();
            foreach (var mended in _problems.Keys.Where(p => p.Store == store && (readable.Contains(p.Key) || !listed.Contains(p.Key))).ToList())
            {
                _problems.Remove(mended);
            }
        }
    }

    private bool TakeIn(TimeSpan now, RegionId store, ConsulEntry entry)
    {
        var (vote, problem) = Vote.Read(entry.Text);
        if (vote is not null && entry.Key != $"{_settings.VotesPrefix}{vote.Region}/{vote.Agent}")
        {
            (vote, problem) = (null, "the vote does not stand under its author's key");
        }

        if (vote is not null)
        {
            _ledger.Observe(now, store, vote);
        }
        else if (_problems.GetValueOrDefault((store, entry.Key)) != problem)
        {
            _problems[(store, entry.Key)] = problem;
            LogUnreadable(store, entry.Key, problem);
        }

        return vote is not null;
    }

    [LoggerMessage(1301, LogLevel.Warning, "Store {Store}: vote {Key} cannot be read and is not counted: {Problem}")]
    private partial void LogUnreadable(RegionId store, string key, string problem);
}
