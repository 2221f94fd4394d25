using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Tests.Leadership;
using Mahavishnu.Agents.Voting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mahavishnu.Agents.Tests.Voting;

/// <summary>A vote loop over real connections of its own.</summary>
internal sealed class Voter : IAsyncDisposable
{
    public Voter(StoreWorld world, string agent, RegionId region, TimeSpan interval, ScriptedHealth? health = null, ILogger<VoteLoop>? logger = null)
    {
        Health = health ?? new ScriptedHealth();
        Stores = [.. StoreWorld.Regions.Select(r => new VoteStore(r, world.Connect(r)))];
        var settings = new VoteSettings
        {
            Agent = agent,
            Region = region,
            Address = $"http://{agent}",
            Prefix = StoreWorld.Prefix,
            Observers = StoreWorld.Regions,
            Regions = StoreWorld.Regions,
            Interval = interval,
            RequestTimeout = StoreWorld.Timing.RequestTimeout * 2,
        };
        Loop = new VoteLoop(settings, Stores, Health.Snapshot, Health.WaitForChangeAsync, world.Clock, logger ?? NullLogger<VoteLoop>.Instance);
    }

    public ScriptedHealth Health { get; }

    public VoteLoop Loop { get; }

    public IReadOnlyList<VoteStore> Stores { get; }

    public async Task<Voter> StartAsync()
    {
        await Loop.StartAsync(Eventually.Cancellation);
        return this;
    }

    public Task StopAsync() => Loop.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Loop.Dispose();
        foreach (var store in Stores)
        {
            store.Client.Dispose();
        }
    }
}
