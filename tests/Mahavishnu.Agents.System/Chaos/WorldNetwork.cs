using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Lab.World;
using Mahavishnu.Agents.TestKit.Network;

namespace Mahavishnu.Agents.System.Chaos;

/// <summary>The network of a <see cref="ChaosWorld"/> in which each region is a host, and what users go through is another.</summary>
/// <param name="hosts">The hosts.</param>
/// <param name="regions">The regions, in the order of their hosts.</param>
/// <param name="tell">Told of each cut.</param>
internal sealed class WorldNetwork(HostNetwork hosts, IReadOnlyList<RegionPlan> regions, Action<string> tell) : IAsyncDisposable
{
    /// <summary>From where the test looks.</summary>
    public NetworkHost Hub => hosts.Hub;

    /// <summary>The host of the edge, HAProxy and PowerDNS.</summary>
    public NetworkHost Targets => hosts.Hosts[^1];

    /// <summary>The host of a region.</summary>
    public NetworkHost this[RegionId region] => hosts.Hosts[regions.ToList().FindIndex(r => r.Region == region)];

    /// <summary>Drops packets between regions; what users go through stays in everybody's reach.</summary>
    /// <param name="at">The region whose host drops them.</param>
    /// <param name="peers">The other regions.</param>
    /// <param name="flows">The ways.</param>
    /// <param name="storesOnly">Only what the peers' stores are asked and answer.</param>
    /// <param name="ratio">The share.</param>
    public Task<Cut> CutAsync(RegionId at, IReadOnlyList<RegionId> peers, IReadOnlyList<Flow> flows, bool storesOnly = false, double ratio = 1)
    {
        tell($"{at} drops {ratio * 100:0} % of {(storesOnly ? "the stores' packets" : "the packets")} {string.Join(" and ", flows)} with {string.Join(" and ", peers)}");
        return Cut.MakeAsync(this[at], from peer in peers from flow in flows select new PacketRule(flow, this[peer].Address, storesOnly ? PortOf(peer) : null, ratio));
    }

    /// <summary>Drops all packets between a region and what users go through.</summary>
    public Task<Cut> CutFromTargetsAsync(RegionId at)
    {
        tell($"{at} is cut from the targets");
        return Cut.MakeAsync(this[at], [new PacketRule(Flow.In, Targets.Address)]);
    }

    /// <summary>Removes the hosts.</summary>
    public ValueTask DisposeAsync() => hosts.DisposeAsync();

    private int PortOf(RegionId region) => regions.Single(r => r.Region == region).ConsulPort;
}
