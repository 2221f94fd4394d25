using System.Security.Cryptography;
using Mahavishnu.Agents.Adapters.Consul;
using Mahavishnu.Agents.Core.Regions;
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
    private readonly Dictionary<string, string> _problems = new(StringComparer.Ordinal);
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

    /// <summary>Votes that this reader knows, with the time since each changed.</summary>
    public IReadOnlyList<(Vote Vote, TimeSpan? Age)> Latest()
    {
        lock (_gate)
        {
            return _ledger.Latest(_clock.Now);
        }
    }

    /// <summary>What the observers agree now.</summary>
    public AgreedView Agreed()
    {
        lock (_gate)
        {
            return AgreedView.Of(_settings.Observers, _settings.Regions, _ledger.Fresh(_clock.Now, _settings.Freshness));
        }
    }

    /// <summary>Votes at the stores that cannot be read, by key.</summary>
    public IReadOnlyDictionary<string, string> Problems()
    {
        lock (_gate)
        {
            return new Dictionary<string, string>(_problems);
        }
    }

    /// <summary>Why this agent abstains now; null when it votes.</summary>
    public string? Abstains()
    {
        var observer = _health().Observer;
        var answering = Answering();
        return observer.Abstains ? observer.Reason
            : answering * 2 <= _stores.Count ? $"{answering} of {_stores.Count} stores answer, a majority is needed"
            : null;
    }

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll([PublishAsync(stoppingToken), .. _stores.Select(store => ReadAsync(store, stoppingToken))]);

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
                Publish(seen, cancellationToken);
                await NextAsync(seen, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The agent stops; its last vote goes stale by itself.
        }
    }

    private async Task NextAsync(HealthSnapshot seen, CancellationToken cancellationToken)
    {
        using var interval = new CancellationTokenSource(_settings.Interval, _clock.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(interval.Token, cancellationToken);
        try
        {
            await _healthChanged(seen, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The interval has passed without a change.
        }
    }

    private void Publish(HealthSnapshot health, CancellationToken cancellationToken)
    {
        var vote = new Vote(_settings.Agent, _settings.Region, _process, ++_counter, Abstains(), _settings.Address, health.Views);
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
            foreach (var entry in entries)
            {
                var (vote, problem) = Vote.Read(entry.Text);
                if (vote is not null && entry.Key != $"{_settings.VotesPrefix}{vote.Region}/{vote.Agent}")
                {
                    (vote, problem) = (null, "the vote does not stand under its author's key");
                }

                if (vote is not null)
                {
                    _ledger.Observe(now, store, vote);
                    _problems.Remove(entry.Key);
                }
                else if (_problems.TryAdd(entry.Key, problem))
                {
                    LogUnreadable(store, entry.Key, problem);
                }
            }
        }
    }

    [LoggerMessage(1301, LogLevel.Warning, "Store {Store}: vote {Key} cannot be read and is not counted: {Problem}")]
    private partial void LogUnreadable(RegionId store, string key, string problem);
}

/// <summary>What the votes rest on.</summary>
internal sealed record VoteSettings
{
    /// <summary>This agent.</summary>
    public required string Agent { get; init; }

    /// <summary>Its region.</summary>
    public required RegionId Region { get; init; }

    /// <summary>Where its HTTP interface is reached.</summary>
    public required string Address { get; init; }

    /// <summary>The directory of the control keys.</summary>
    public required string Prefix { get; init; }

    /// <summary>The observers, one voice each.</summary>
    public required IReadOnlyList<RegionId> Observers { get; init; }

    /// <summary>The regions that are judged.</summary>
    public required IReadOnlyList<RegionId> Regions { get; init; }

    /// <summary>How often a vote is published: the probe interval.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>How long one request to a store may take.</summary>
    public required TimeSpan RequestTimeout { get; init; }

    /// <summary>A vote counts while it changed within three intervals.</summary>
    public TimeSpan Freshness => 3 * Interval;

    /// <summary>Votes are read four times in an interval.</summary>
    public TimeSpan ReadInterval => Interval / 4;

    /// <summary>The directory of all votes.</summary>
    public string VotesPrefix => Prefix + "votes/";

    /// <summary>The key of this agent's vote.</summary>
    public string OwnKey => $"{VotesPrefix}{Region}/{Agent}";
}
