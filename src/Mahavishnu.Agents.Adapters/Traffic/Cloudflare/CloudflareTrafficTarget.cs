using System.Text.Json.Nodes;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;

namespace Mahavishnu.Agents.Adapters.Traffic.Cloudflare;

/// <summary>Shifts traffic at Cloudflare: an audience is a pool, a serving region is one of its origins.</summary>
/// <remarks>
/// <para>
/// A share of zero is <c>enabled: false</c>, a share above zero is <c>enabled: true</c> and a weight of share/100; weights take
/// effect under the origin steering <c>random</c> (Cloudflare's default) and <c>hash</c>. Pools change one after another, each of
/// them whole.
/// </para>
/// <para>
/// Cloudflare has neither versions nor epochs. A pool is read again right before it is changed, and an effect that finds it
/// changed since the first reading sends nothing more. Between that second reading and the change remains a window of one request.
/// </para>
/// <para>
/// The list of pools is asked at most once a second: what is read within a second of it, also by an effect, is that list.
/// </para>
/// </remarks>
public sealed class CloudflareTrafficTarget : ITrafficTarget, IDisposable
{
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromSeconds(1);

    private readonly IReadOnlyDictionary<RegionId, CloudflareRoute> _routes;
    private readonly CloudflareApi _api;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _conversation = new(1, 1);
    private (long At, Dictionary<RegionId, CloudflarePool> Pools)? _reading;

    /// <summary>Prepares the target; nothing is sent yet.</summary>
    /// <param name="options">The account and what of it is ours.</param>
    /// <param name="time">The clock of the deadlines and of the rate limits.</param>
    /// <exception cref="ArgumentException">The address is not HTTP, or the token cannot stand in a header.</exception>
    public CloudflareTrafficTarget(CloudflareOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        Name = $"cloudflare:{options.Name}";
        (_routes, _time) = (options.Pools, time);
        _api = new CloudflareApi(Name, options, time);
    }

    /// <inheritdoc />
    public string Name { get; }

    /// <inheritdoc />
    public bool ChecksEpoch => false;

    /// <inheritdoc />
    /// <remarks>The audience of a disabled pool is reported as drained, because that is what its users meet.</remarks>
    public Task<RoutingTable> ReadAsync(CancellationToken cancellationToken) => TargetCalls.ReadAsync(Name, () => InTurnAsync(async () =>
    {
        var pools = await PoolsAsync(cancellationToken);
        return _routes.Aggregate(RoutingTable.Empty, (table, route) => table.With(route.Key, pools[route.Key].Shares(route.Value)));
    }, cancellationToken));

    /// <inheritdoc />
    public Task<TrafficOutcome> ApplyAsync(TrafficCommand command, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        return TargetCalls.ApplyAsync(Name, () => InTurnAsync(() => BringAsync(command, cancellationToken), cancellationToken), cancellationToken);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _api.Dispose();
        _conversation.Dispose();
    }

    private async Task<TrafficOutcome> BringAsync(TrafficCommand command, CancellationToken cancellationToken)
    {
        var rows = TargetCalls.Rows(command.Desired, _routes, static route => route.Origins);
        var pools = await PoolsAsync(cancellationToken);

        // Every pool is looked at before the first is changed, so that a refusal leaves all of them as they were.
        var differing = rows.Select(row => (row.Audience, row.Route, row.Shares, Origins: pools[row.Audience].Bring(row.Route, row.Shares)))
            .Where(static change => change.Origins is not null).ToList();
        if (differing.Count == 0)
        {
            return new TrafficOutcome(TrafficOutcomeKind.AlreadySo, $"{Name}: every origin is as desired.");
        }

        foreach (var (audience, route, shares, origins) in differing)
        {
            var seen = pools[audience];
            var after = await ChangeAsync(seen, origins!, command.MayStart, cancellationToken);
            pools[audience] = after;
            if (!after.Enabled || after.Bring(route, shares) is not null)
            {
                return new TrafficOutcome(TrafficOutcomeKind.Unknown, $"{Name}: the change was accepted, but pool {seen.Name} does not read back as desired.");
            }
        }

        return new TrafficOutcome(TrafficOutcomeKind.Applied, $"{Name}: changed the pools of {string.Join(", ", differing.Select(static change => change.Audience))}.");
    }

    private async Task<CloudflarePool> ChangeAsync(CloudflarePool seen, JsonArray origins, Func<bool> mayStart, CancellationToken cancellationToken)
    {
        // Whatever happens from here on, what was read before is not to be believed any more.
        var reading = _reading;
        _reading = null;
        if (!(await _api.PoolAsync(seen.Id, cancellationToken)).SameAs(seen))
        {
            throw new DependencyUnavailableException(Name, $"pool {seen.Name} was changed by somebody else between reading and writing; nothing was sent to it");
        }

        await _api.PatchOriginsAsync(seen.Id, origins, mayStart, cancellationToken);
        var after = await _api.PoolAsync(seen.Id, cancellationToken);
        _reading = reading;
        return after;
    }

    private async Task<Dictionary<RegionId, CloudflarePool>> PoolsAsync(CancellationToken cancellationToken)
    {
        if (_reading is { } recent && _time.GetElapsedTime(recent.At) < s_pollInterval)
        {
            return recent.Pools;
        }

        _reading = null;
        var all = await _api.PoolsAsync(cancellationToken);
        var pools = _routes.ToDictionary(static route => route.Key, route => Find(all, route.Value.Pool));
        _reading = (_time.GetTimestamp(), pools);
        return pools;
    }

    private CloudflarePool Find(IReadOnlyList<CloudflarePool> all, string wanted)
    {
        var found = all.Where(pool => pool.Id == wanted || pool.Name == wanted).ToList();
        return found.Count == 1
            ? found[0].IsSound ? found[0] : throw new DependencyUnavailableException(Name, $"answered with something that is no pool for {wanted}")
            : throw TrafficOutcomeException.Refused($"{Name}: {found.Count} pools are called {wanted}; expected one. There are {all.Count} pools in the account.");
    }

    private async Task<T> InTurnAsync<T>(Func<Task<T>> conversation, CancellationToken cancellationToken)
    {
        await _conversation.WaitAsync(cancellationToken);
        try
        {
            return await conversation();
        }
        finally
        {
            _conversation.Release();
        }
    }
}
