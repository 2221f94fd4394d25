using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mahavishnu.Agents.Adapters.Traffic.Cloudflare;

/// <summary>The three calls to Cloudflare that are needed, with its envelope opened and its limits kept.</summary>
/// <remarks>Not for concurrent use.</remarks>
internal sealed class CloudflareApi : IDisposable
{
    private const int PageSize = 50;
    private const int MaxPages = 200;

    private readonly string _target;
    private readonly string _pools;
    private readonly TrafficHttp _http;
    private readonly CloudflareRateLimit _limit;

    /// <summary>Prepares; nothing is sent yet.</summary>
    public CloudflareApi(string target, CloudflareOptions options, TimeProvider time)
    {
        _target = target;
        _pools = $"accounts/{Uri.EscapeDataString(options.AccountId)}/load_balancers/pools";
        _http = new TrafficHttp(target, options.ApiUrl, ("Authorization", $"Bearer {options.ApiToken}"), options.ApiToken, options.Timeout, time);
        _limit = new CloudflareRateLimit(target, time);
    }

    /// <summary>Every pool of the account.</summary>
    public async Task<IReadOnlyList<CloudflarePool>> PoolsAsync(CancellationToken cancellationToken)
    {
        var pools = new List<CloudflarePool>();
        for (var page = 1; page <= MaxPages; page++)
        {
            var envelope = await GetAsync($"{_pools}?page={page}&per_page={PageSize}", cancellationToken);
            var found = (envelope["result"] as JsonArray ?? throw NotUsable(envelope)).OfType<JsonObject>().Select(static pool => new CloudflarePool(pool)).ToList();
            pools.AddRange(found);
            if (found.Count == 0 || pools.Count >= TotalCount(envelope))
            {
                break;
            }
        }

        return pools;
    }

    /// <summary>One pool, now.</summary>
    public async Task<CloudflarePool> PoolAsync(string id, CancellationToken cancellationToken)
    {
        var envelope = await GetAsync($"{_pools}/{Uri.EscapeDataString(id)}", cancellationToken);
        return envelope["result"] is JsonObject json && new CloudflarePool(json) is { IsSound: true } pool && pool.Id == id ? pool : throw NotUsable(envelope);
    }

    /// <summary>Replaces all origins of a pool and nothing else of it.</summary>
    public async Task PatchOriginsAsync(string id, JsonArray origins, Func<bool> mayStart, CancellationToken cancellationToken)
    {
        _limit.Pass();
        var body = new JsonObject { ["origins"] = origins };
        _ = Opened(await _http.SendAsync(HttpMethod.Patch, $"{_pools}/{Uri.EscapeDataString(id)}", body, mayStart, cancellationToken));
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private async Task<JsonObject> GetAsync(string path, CancellationToken cancellationToken)
    {
        _limit.Pass();
        return Opened(await _http.GetAsync(path, cancellationToken));
    }

    private JsonObject Opened(HttpReply reply)
    {
        _limit.Learn(reply);
        if (reply.Status == HttpStatusCode.TooManyRequests)
        {
            _limit.Pass();
        }

        var envelope = reply.Json();
        if (reply.Status is HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError || envelope is null)
        {
            throw new DependencyUnavailableException(_target, $"answered {(int)reply.Status} '{_http.Quote(reply.Text)}'; expected Cloudflare's envelope");
        }

        // The status alone is not the answer: an envelope may say no under 200.
        return reply.IsSuccess && envelope["success"]?.GetValueKind() == JsonValueKind.True
            ? envelope
            : throw TrafficOutcomeException.Refused($"{_target}: answered {(int)reply.Status}, {Errors(envelope)}.");
    }

    private string Errors(JsonObject envelope)
    {
        var errors = (envelope["errors"] as JsonArray ?? []).OfType<JsonObject>().Select(static error => $"{error["code"]}: {error["message"]}");
        return _http.Quote(string.Join("; ", errors.DefaultIfEmpty("without saying why")));
    }

    private DependencyUnavailableException NotUsable(JsonObject envelope) =>
        new(_target, $"answered success without a usable result: '{_http.Quote(envelope.ToJsonString())}'");

    private static int TotalCount(JsonObject envelope) =>
        int.TryParse((envelope["result_info"] as JsonObject)?["total_count"]?.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0;
}
