using System.Net;
using System.Net.Sockets;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Lab.World;
using Mahavishnu.Agents.TestKit.Network;

namespace Mahavishnu.Agents.System.Chaos;

/// <summary>The links over which each region's agent reaches the stores and services of the others.</summary>
internal sealed class SlowLinks : IAsyncDisposable
{
    private readonly Dictionary<(RegionId From, RegionId To), (DelayProxy Consul, DelayProxy Service)> _links = [];

    /// <summary>Makes a link between every two regions, each way.</summary>
    /// <param name="regions">The regions.</param>
    /// <param name="network">Their hosts; null when all is on this machine.</param>
    public SlowLinks(IReadOnlyList<RegionPlan> regions, WorldNetwork? network)
    {
        foreach (var from in regions)
        {
            var place = network?[from.Region];
            foreach (var to in regions.Where(to => to != from))
            {
                _links[(from.Region, to.Region)] = (Link(place, to, to.ConsulPort), Link(place, to, to.ServicePort));
            }
        }
    }

    /// <summary>Where a region's agent finds another's store.</summary>
    public Uri Consul(RegionId from, RegionId to) => new($"http://{_links[(from, to)].Consul.Address}/");

    /// <summary>Where a region's agent finds another's service.</summary>
    public Uri Service(RegionId from, RegionId to) => new($"http://{_links[(from, to)].Service.Address}/");

    /// <summary>Makes the link from one region's agent to another region slow, or prompt.</summary>
    public void Set(RegionId from, RegionId to, LinkPace pace)
    {
        var (consul, service) = _links[(from, to)];
        (consul.Pace, service.Pace) = (pace, pace);
    }

    /// <summary>Breaks all links.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var (consul, service) in _links.Values)
        {
            await consul.DisposeAsync();
            await service.DisposeAsync();
        }
    }

    private static DelayProxy Link(NetworkHost? place, RegionPlan to, int port)
    {
        var listener = Tcp(place);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return new DelayProxy(listener, new IPEndPoint(to.Host, port), () => Tcp(place), TimeProvider.System);
    }

    private static Socket Tcp(NetworkHost? place) =>
        place?.CreateSocket(SocketType.Stream, ProtocolType.Tcp) ?? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
}
