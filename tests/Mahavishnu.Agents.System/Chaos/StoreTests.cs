using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Lab.World;
using Xunit;

namespace Mahavishnu.Agents.System.Chaos;

/// <summary>Consul-compatible servers that are killed and come back with their data.</summary>
[Collection(OnThisMachine.Name)]
public sealed class StoreTests(SharedWorld shared) : IDisposable
{
    private readonly HttpClient _client = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task Stores_KilledOneAfterAnotherAndThenAMajority_NothingIsForgotten()
    {
        var world = await shared.UseAsync(OnThisMachine.Options);
        foreach (var region in world.Regions)
        {
            await _client.PutAsync(Marker(world, region), new StringContent(region.Value), Cancelled);
            await world.KillAsync(region, RegionPart.Consul);
            await world.StartAsync(region);
            await world.SettleAsync();
        }

        world.Begin();
        var (epoch, majority) = (world.Leader.Epoch, world.Regions.Where(r => r != world.Leader.Region).ToList());
        await Task.WhenAll(majority.Select(r => world.KillAsync(r, RegionPart.Consul)));
        await world.UntilAsync("nobody leads", Limits.NewLeader, () => world.Sightings.Live.Count == world.Regions.Count && world.Sightings.Live.All(static s => !s.Leadership.Leads));
        await Task.WhenAll(majority.Select(world.StartAsync));

        await world.SettleAsync();
        world.Expect(world.Leader.Epoch > epoch, $"epoch {world.Leader.Epoch} follows {epoch}");
        world.Expect(world.Sightings.Sagas.Count == 0, "a saga was begun");
        foreach (var region in world.Regions)
        {
            Assert.Equal(region.Value, await _client.GetStringAsync(Marker(world, region), Cancelled));
        }
    }

    private static Uri Marker(ChaosWorld world, RegionId region) => new(world.PlanOf(region).Consul, "v1/kv/chaos/marker?raw");
}
