using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;
using Mahavishnu.Agents.Lab.World;
using Mahavishnu.Agents.TestKit.Network;
using Mahavishnu.Agents.TestKit.Servers;

namespace Mahavishnu.Agents.System.Chaos;

/// <summary>A real HAProxy and a real PowerDNS that carry every region's users, and what they themselves say of it.</summary>
internal sealed class RealTargets : IAsyncDisposable
{
    private const string Zone = "app.example.";
    private const string Key = "chaos-dns-key";
    private readonly IReadOnlyList<RegionPlan> _regions;
    private readonly IPEndPoint _admin;

    /// <summary>Prepares them.</summary>
    /// <param name="regions">The regions.</param>
    /// <param name="place">The host that they run on; null for this machine.</param>
    public RealTargets(IReadOnlyList<RegionPlan> regions, NetworkHost? place)
    {
        (_regions, Proxy, Dns) = (regions, new HaProxyProcess(place), new PowerDnsProcess(place, Key));
        _admin = new IPEndPoint(place?.Address ?? IPAddress.Loopback, LocalServer.FreePort());
    }

    /// <summary>Why they cannot run here; null when they can.</summary>
    public static string? Missing => HaProxyProcess.Missing ?? PowerDnsProcess.Missing;

    /// <summary>The HAProxy.</summary>
    public HaProxyProcess Proxy { get; }

    /// <summary>The PowerDNS.</summary>
    public PowerDnsProcess Dns { get; }

    /// <summary>What an agent's configuration says of them.</summary>
    public string Configuration()
    {
        var text = new List<string> { "load_balancer:", "  haproxy:", "    - name: chaos", $"      address: tcp://{_admin}", "      routes:" };
        var servers = string.Join(", ", _regions.Select(static r => $"{r.Region}: {r.Region}"));
        text.AddRange(_regions.Select(r => $"        {r.Region}: {{backend: users-{r.Region}, servers: {{{servers}}}}}"));
        text.AddRange(["dns:", "  powerdns:", $"    url: http://{new IPEndPoint(Dns.Address, Dns.ApiPort)}", $"    api_key: {Key}", $"    zone: {Zone}", "    routes:"]);
        var records = string.Join(", ", _regions.Select(r => $"{r.Region}: {AddressOf(r.Region)}"));
        text.AddRange(_regions.Select(r => $"      {r.Region}: {{name: {NameOf(r.Region)}, records: {{{records}}}}}"));
        return string.Join('\n', text) + "\n";
    }

    /// <summary>Starts both with everybody at home.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await StartProxyAsync(cancellationToken);
        await Dns.StartAsync(cancellationToken);
        await CreateZoneAsync(cancellationToken);
    }

    /// <summary>Makes the zone, with everybody at home.</summary>
    public async Task CreateZoneAsync(CancellationToken cancellationToken)
    {
        await Dns.CreateAsync(Zone, cancellationToken);
        foreach (var region in _regions)
        {
            await Dns.ReplaceAsync(Zone, NameOf(region.Region), "A", [(AddressOf(region.Region), false)], cancellationToken);
        }
    }

    /// <summary>Removes the zone.</summary>
    public Task DeleteZoneAsync(CancellationToken cancellationToken) => Dns.DeleteAsync(Zone, cancellationToken);

    /// <summary>Starts HAProxy as its configuration says: with everybody at home, whatever was before.</summary>
    public Task StartProxyAsync(CancellationToken cancellationToken)
    {
        var text = $"""
            global
                stats socket {Proxy.AdminSocket} mode 600 level admin
                stats socket ipv4@{_admin} level admin
            defaults
                mode http
                timeout connect 1s
                timeout client 10s
                timeout server 10s

            """;
        foreach (var audience in _regions)
        {
            text += $"backend users-{audience.Region}\n    balance roundrobin\n";
            text += string.Concat(_regions.Select(r => $"    server {r.Region} {new IPEndPoint(r.Host, r.ServicePort)} weight 100{(r == audience ? "" : " disabled")}\n"));
        }

        return Proxy.StartAsync(text, cancellationToken);
    }

    /// <summary>How either differs from a routing in which each audience is one region's; null when neither does.</summary>
    public async Task<string?> DifferenceAsync(RoutingTable desired, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5), TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            return await CompareAsync(desired, either.Token);
        }
        catch (Exception silent) when (silent is SocketException or IOException || patience.IsCancellationRequested)
        {
            return $"HAProxy or PowerDNS does not answer: {silent.Message}";
        }
    }

    /// <summary>Ends both.</summary>
    public async ValueTask DisposeAsync()
    {
        await Proxy.DisposeAsync();
        await Dns.DisposeAsync();
    }

    private async Task<string?> CompareAsync(RoutingTable desired, CancellationToken cancellationToken)
    {
        foreach (var audience in desired.Audiences)
        {
            var wanted = string.Join(" + ", desired.Shares(audience).Keys);
            var proxy = string.Join(" + ", await ProxyServesAsync(audience, cancellationToken));
            if (proxy != wanted)
            {
                return $"HAProxy sends the users of {audience} to '{proxy}', not to '{wanted}'";
            }

            var dns = string.Join(" + ", (await Dns.AddressesAsync(NameOf(audience), cancellationToken)).Select(address => _regions.First(r => AddressOf(r.Region) == address).Region));
            if (dns != wanted)
            {
                return $"PowerDNS sends the users of {audience} to '{dns}', not to '{wanted}'";
            }
        }

        return null;
    }

    // The servers that are not in maintenance and have a weight, in the order of regions. Columns: name 4, administrative
    // state 7, weight in force 8; the state's bit 4 only remembers the configuration. Source: HAProxy management guide, "show servers state".
    private async Task<IEnumerable<RegionId>> ProxyServesAsync(RegionId audience, CancellationToken cancellationToken)
    {
        var lines = (await Proxy.CommandAsync($"show servers state users-{audience}", cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return lines.Skip(2).Select(static line => line.Split(' ')).Where(static f => f[6] is "0" or "4" && f[7] != "0").Select(static f => new RegionId(f[3])).Order();
    }

    private static string NameOf(RegionId audience) => $"{audience}.{Zone}";

    private string AddressOf(RegionId region) =>
        string.Create(CultureInfo.InvariantCulture, $"127.0.1.{_regions.Select(static r => r.Region).ToList().IndexOf(region) + 1}");
}
