using System.Net.Sockets;
using System.Text.Json;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Lab.Postgres;

/// <summary>A row that was acknowledged.</summary>
/// <param name="Request">Its name.</param>
/// <param name="At">When the answer was there, as time since the start.</param>
/// <param name="Port">The server that took it.</param>
internal readonly record struct AcknowledgedRow(Guid Request, TimeSpan At, int Port);

/// <summary>A user who writes one row after another through the edge, each once, until it is disposed of.</summary>
internal sealed class RowWriter : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly List<AcknowledgedRow> _rows = [];
    private readonly TimeProvider _time;
    private readonly long _startedAt;
    private readonly Uri _edge;
    private readonly RegionId _audience;
    private readonly HttpClient _client;
    private readonly Random _random;
    private readonly Task _writing;

    /// <summary>Starts to write.</summary>
    /// <param name="edge">Where the edge listens.</param>
    /// <param name="audience">The region whose user this is.</param>
    /// <param name="seed">Names the rows.</param>
    /// <param name="time">The clock.</param>
    public RowWriter(Uri edge, RegionId audience, int seed, TimeProvider time)
    {
        _random = new Random(seed);
        (_edge, _audience, _time, _startedAt) = (edge, audience, time, time.GetTimestamp());
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false, ActivityHeadersPropagator = null }) { Timeout = Timeout };
        _writing = WriteAsync();
    }

    /// <summary>The rows that were acknowledged, in their order.</summary>
    public IReadOnlyList<AcknowledgedRow> Rows
    {
        get
        {
            lock (_gate)
            {
                return [.. _rows];
            }
        }
    }

    /// <summary>A moment of the clock as time since the start.</summary>
    public TimeSpan Since(long timestamp) => _time.GetElapsedTime(_startedAt, timestamp);

    /// <summary>Stops after the row that is under way.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _writing;
    }

    /// <summary>Stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _client.Dispose();
        _stopping.Dispose();
    }

    private async Task WriteAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            var request = Named();
            if (await SendAsync(request) is { } port)
            {
                lock (_gate)
                {
                    _rows.Add(new AcknowledgedRow(request, _time.GetElapsedTime(_startedAt), port));
                }
            }

            await Task.Delay(Pause, _time, CancellationToken.None);
        }
    }

    private Guid Named()
    {
        Span<byte> name = stackalloc byte[16];
        _random.NextBytes(name);
        return new Guid(name);
    }

    /// <summary>The port of the server that took the row; null when nobody says so.</summary>
    private async Task<int?> SendAsync(Guid request)
    {
        try
        {
            using var answer = await _client.PostAsync(new Uri(_edge, $"u/{_audience}/api/v1/rows/{request}"), null, CancellationToken.None);
            return answer.IsSuccessStatusCode ? JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(CancellationToken.None)).GetProperty("port").GetInt32() : null;
        }
        catch (Exception failed) when (failed is HttpRequestException or SocketException or OperationCanceledException)
        {
            return null;
        }
    }
}
