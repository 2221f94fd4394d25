using System.Net;
using System.Net.Sockets;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Lab.Load;

/// <summary>Users of every region who send one request after another through the edge until the load is disposed.</summary>
public sealed class UserLoad : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly UserLoadOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;
    private readonly Task _users;

    /// <summary>Starts the users.</summary>
    /// <param name="edge">Where the edge listens.</param>
    /// <param name="audiences">The regions that have users.</param>
    /// <param name="options">How they behave.</param>
    /// <param name="time">The clock of waits and timeouts.</param>
    public UserLoad(Uri edge, IReadOnlyList<RegionId> audiences, UserLoadOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(audiences);
        ArgumentNullException.ThrowIfNull(options);
        (_options, _time, Tally) = (options, time, new LoadTally(audiences));
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null })
        {
            BaseAddress = edge,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        var random = new Random(options.Seed);
        _users = Task.WhenAll(audiences
            .SelectMany(audience => Enumerable.Repeat(audience, options.UsersPerRegion))
            .Select(audience => BehaveAsync(audience, options.WaitAfterFailure * random.NextDouble()))
            .ToList());
    }

    /// <summary>What became of the requests so far.</summary>
    public LoadTally Tally { get; }

    /// <summary>Stops the users; requests under way are not counted.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _users.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _client.Dispose();
        _stopping.Dispose();
    }

    private async Task BehaveAsync(RegionId audience, TimeSpan firstWait)
    {
        var path = new Uri($"u/{audience}/api/v1/ping", UriKind.Relative);
        var wait = firstWait;
        while (!_stopping.IsCancellationRequested)
        {
            await Task.Delay(wait, _time, _stopping.Token);
            var startedAt = _time.GetTimestamp();
            var succeeded = await AskAsync(path);
            Tally.Record(audience, startedAt, _time.GetTimestamp(), succeeded);
            wait = succeeded ? _options.ThinkTime : _options.WaitAfterFailure;
        }
    }

    private async Task<bool> AskAsync(Uri path)
    {
        using var deadline = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _stopping.Token);
        try
        {
            using var answer = await _client.GetAsync(path, either.Token);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception failed) when (failed is HttpRequestException or SocketException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!_stopping.IsCancellationRequested)
        {
            return false;
        }
    }
}
