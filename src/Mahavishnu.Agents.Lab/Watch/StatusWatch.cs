using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Mahavishnu.Agents.Lab.World;

namespace Mahavishnu.Agents.Lab.Watch;

/// <summary>Asks every agent for its status several times a second, each on its own, until it is disposed.</summary>
internal sealed class StatusWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(120);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);
    private readonly CancellationTokenSource _stopping = new();
    private readonly TimeProvider _time;
    private readonly Sightings _sightings;
    private readonly HttpClient _client;
    private readonly Task _loops;

    /// <summary>Starts to ask.</summary>
    /// <param name="regions">Where the agents are.</param>
    /// <param name="token">Their bearer token.</param>
    /// <param name="sightings">Takes in the answers.</param>
    /// <param name="time">The clock of waits and deadlines.</param>
    /// <param name="connect">How to reach agents that are not in this process's network; null for the ordinary way.</param>
    public StatusWatch(
        IReadOnlyList<RegionPlan> regions,
        string token,
        Sightings sightings,
        TimeProvider time,
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect = null)
    {
        (_sightings, _time) = (sightings, time);
        var handler = new SocketsHttpHandler { UseProxy = false, UseCookies = false, ActivityHeadersPropagator = null, ConnectCallback = connect };
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        _loops = Task.WhenAll(regions.Select(WatchAsync).ToList());
    }

    /// <summary>Stops asking.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loops.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _client.Dispose();
        _stopping.Dispose();
    }

    private async Task WatchAsync(RegionPlan region)
    {
        var address = new Uri(region.Agent, "v1/status");
        while (!_stopping.IsCancellationRequested)
        {
            _sightings.Take(region.Region, await AskAsync(address));
            await Task.Delay(Interval, _time, _stopping.Token);
        }
    }

    private async Task<AgentStatus?> AskAsync(Uri address)
    {
        using var deadline = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _stopping.Token);
        try
        {
            using var answer = await _client.GetAsync(address, either.Token);
            await using var body = await answer.Content.ReadAsStreamAsync(either.Token);
            return answer.IsSuccessStatusCode ? await JsonSerializer.DeserializeAsync<AgentStatus>(body, JsonSerializerOptions.Web, either.Token) : null;
        }
        catch (Exception unanswered) when (unanswered is HttpRequestException or SocketException or IOException or JsonException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!_stopping.IsCancellationRequested)
        {
            return null;
        }
    }
}
