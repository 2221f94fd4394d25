using System.Text.Json;
using Mahavishnu.Agents.Adapters;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Hosting;
using Mahavishnu.Agents.Voting;

namespace Mahavishnu.Agents.Replication;

/// <summary>Asks every other agent that votes for its time, so that its stamps mean something here.</summary>
internal sealed class PeerClocks : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>Agents tell whole microseconds.</summary>
    private static readonly TimeSpan Resolution = TimeSpan.FromMicroseconds(1);

    private readonly VoteLoop _votes;
    private readonly AgentClock _clock;
    private readonly double _drift;
    private readonly HttpClient _http = new(new BareSocketErrors(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = Timeout })) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
    private readonly Lock _gate = new();
    private readonly Dictionary<string, PeerClockEstimator> _estimators = new(StringComparer.Ordinal);

    /// <summary>Prepares the loop.</summary>
    public PeerClocks(VoteLoop votes, AgentClock clock, double drift) => (_votes, _clock, _drift) = (votes, clock, drift);

    /// <summary>The clock of a process; null while it is not known. This process's own is read off.</summary>
    public PeerClock? Of(string process)
    {
        if (process == _votes.Process)
        {
            return new PeerClock(_clock.Wall - _clock.Now, Resolution);
        }

        lock (_gate)
        {
            return _estimators.GetValueOrDefault(process)?.Estimate(_clock.Now);
        }
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        _http.Dispose();
        base.Dispose();
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                var peers = _votes.Latest().Select(static v => v.Vote).Where(v => v.Process != _votes.Process).ToList();
                Forget(peers.Select(static p => p.Process).ToHashSet());
                await Task.WhenAll(peers.Select(p => AskAsync(p.Process, p.Address, stoppingToken)));
                var known = peers.Count > 0 && peers.All(p => Of(p.Process) is not null);
                await Task.Delay(known ? Interval : Interval / 10, _clock.Time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The agent stops.
        }
    }

    private void Forget(HashSet<string> living)
    {
        lock (_gate)
        {
            foreach (var gone in _estimators.Keys.Where(p => !living.Contains(p)).ToList())
            {
                _estimators.Remove(gone);
            }
        }
    }

    private async Task AskAsync(string process, string address, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate($"{address}/health/live", UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            return;
        }

        // The first question on a new connection pays for the connection; the second does not, and bounds the clock closer.
        for (var question = 0; question < 2; question++)
        {
            if (!await AskOnceAsync(process, url, cancellationToken))
            {
                return;
            }
        }
    }

    /// <summary>False when there was no usable answer: the clock then stays unknown, and grows more uncertain.</summary>
    private async Task<bool> AskOnceAsync(string process, Uri url, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Timeout, _clock.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var sentAt = _clock.Now;
            var text = await _http.GetStringAsync(url, either.Token);
            var receivedAt = _clock.Now;
            using var document = JsonDocument.Parse(text);
            if (document.RootElement is not { ValueKind: JsonValueKind.Object } answer
                || !answer.TryGetProperty("process", out var who) || who.ValueKind != JsonValueKind.String || who.GetString() != process
                || !answer.TryGetProperty("unixMicroseconds", out var time) || !time.TryGetInt64(out var microseconds)
                || microseconds is < 0 or > 4_102_444_800_000_000)
            {
                return false; // Another process lives there by now, or no agent.
            }

            lock (_gate)
            {
                if (!_estimators.TryGetValue(process, out var estimator))
                {
                    _estimators[process] = estimator = new PeerClockEstimator(_drift);
                }

                estimator.Observe(sentAt, receivedAt, DateTimeOffset.UnixEpoch + TimeSpan.FromMicroseconds(microseconds), Resolution);
            }

            return true;
        }
        catch (Exception failed) when (failed is HttpRequestException or JsonException or InvalidOperationException || (failed is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }
}
