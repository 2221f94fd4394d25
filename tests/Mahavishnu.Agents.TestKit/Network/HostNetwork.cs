using System.ComponentModel;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Mahavishnu.Agents.TestKit.Network;

/// <summary>Hosts on one bridge, each a network namespace of Linux. Nothing of it touches the machine's own network.</summary>
/// <remarks>
/// The namespaces are named after the process that made them, and what a dead process has left is removed, with what runs in
/// it, before this process makes its first network.
/// </remarks>
public sealed partial class HostNetwork : IAsyncDisposable
{
    private const int HubNumber = 254;
    private static readonly Lazy<Task<string?>> s_unavailable = new(ProbeAsync);
    private static int s_made;
    private readonly string _prefix;

    private HostNetwork(string prefix, int hosts)
    {
        _prefix = prefix;
        Hosts = [.. Enumerable.Range(1, hosts).Select(i => new NetworkHost($"{prefix}-{i}", AddressOf(i)))];
        Hub = new NetworkHost($"{prefix}-hub", AddressOf(HubNumber));
    }

    /// <summary>The host with the bridge, from where a test looks at the others.</summary>
    public NetworkHost Hub { get; }

    /// <summary>The other hosts in order.</summary>
    public IReadOnlyList<NetworkHost> Hosts { get; }

    /// <summary>Why there can be no such network here; null when there can.</summary>
    public static Task<string?> UnavailableAsync() => s_unavailable.Value;

    /// <summary>Makes a network.</summary>
    /// <exception cref="InvalidOperationException">The system refuses; see <see cref="UnavailableAsync"/>.</exception>
    public static async Task<HostNetwork> CreateAsync(int hosts, CancellationToken cancellationToken)
    {
        if (await UnavailableAsync() is { } reason)
        {
            throw new InvalidOperationException(reason);
        }

        var network = new HostNetwork(Prefix(Environment.ProcessId, Interlocked.Increment(ref s_made)), hosts);
        var made = false;
        try
        {
            await network.BuildAsync(cancellationToken);
            made = true;
            return network;
        }
        finally
        {
            if (!made)
            {
                await network.DisposeAsync();
            }
        }
    }

    /// <summary>Removes the networks of processes that are gone, with everything that runs in them.</summary>
    public static Task SweepAsync() => RemoveAsync(static owner => !Directory.Exists($"/proc/{owner.ToString(CultureInfo.InvariantCulture)}"));

    /// <summary>The beginning of the names of a process's namespaces.</summary>
    private static string Prefix(int process, int number) => string.Create(CultureInfo.InvariantCulture, $"mh-{process}-{number}");

    /// <summary>Removes the network; whatever still runs in it is killed.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var name in (await NamesAsync()).Where(n => n.StartsWith(_prefix + "-", StringComparison.Ordinal)))
        {
            await RemoveAsync(name);
        }
    }

    private async Task BuildAsync(CancellationToken cancellationToken)
    {
        await IpAsync(["netns", "add", Hub.Name], cancellationToken);
        await IpAsync(["-n", Hub.Name, "link", "set", "lo", "up"], cancellationToken);
        await IpAsync(["-n", Hub.Name, "link", "add", "br0", "type", "bridge"], cancellationToken);
        await IpAsync(["-n", Hub.Name, "addr", "add", $"{Hub.Address}/24", "dev", "br0"], cancellationToken);
        await IpAsync(["-n", Hub.Name, "link", "set", "br0", "up"], cancellationToken);
        foreach (var (host, number) in Hosts.Select(static (h, i) => (h, i)))
        {
            var port = string.Create(CultureInfo.InvariantCulture, $"v{number}");
            await IpAsync(["netns", "add", host.Name], cancellationToken);
            await IpAsync(["-n", host.Name, "link", "set", "lo", "up"], cancellationToken);
            await IpAsync(["-n", Hub.Name, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", host.Name], cancellationToken);
            await IpAsync(["-n", Hub.Name, "link", "set", port, "master", "br0", "up"], cancellationToken);
            await IpAsync(["-n", host.Name, "addr", "add", $"{host.Address}/24", "dev", "eth0"], cancellationToken);
            await IpAsync(["-n", host.Name, "link", "set", "eth0", "up"], cancellationToken);
        }
    }

    private static async Task<string?> ProbeAsync()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "Network namespaces need Linux.";
        }

        var probe = Prefix(Environment.ProcessId, 0) + "-probe";
        try
        {
            // A process of the same id as a dead one must not take its networks for its own.
            await RemoveAsync(static owner => owner == Environment.ProcessId);
            await SweepAsync();
            await IpAsync(["netns", "add", probe], CancellationToken.None);
            var host = new NetworkHost(probe, IPAddress.Loopback);
            await host.DropAsync(new PacketRule(Flow.In, IPAddress.Loopback, Ratio: 0.5), CancellationToken.None);
            host.CreateSocket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp).Dispose();
            return null;
        }
        catch (Exception refused) when (refused is InvalidOperationException or Win32Exception)
        {
            return $"Network namespaces cannot be made here: {refused.Message} They need root, and Debian's packages iproute2 and iptables.";
        }
        finally
        {
            if (File.Exists($"/run/netns/{probe}"))
            {
                await RemoveAsync(probe);
            }
        }
    }

    private static async Task RemoveAsync(Func<int, bool> ofOwner)
    {
        foreach (var name in await NamesAsync())
        {
            if (Owned().Match(name) is { Success: true } match && ofOwner(int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)))
            {
                await RemoveAsync(name);
            }
        }
    }

    private static async Task RemoveAsync(string name)
    {
        try
        {
            await EmptyAsync(name);
            await IpAsync(["netns", "del", name], CancellationToken.None);
        }
        catch (InvalidOperationException) when (!File.Exists($"/run/netns/{name}"))
        {
            // Another process that sweeps was faster.
        }
    }

    private static async Task EmptyAsync(string name)
    {
        foreach (var id in (await IpAsync(["netns", "pids", name], CancellationToken.None)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                using var left = System.Diagnostics.Process.GetProcessById(int.Parse(id, CultureInfo.InvariantCulture));
                left.Kill();
            }
            catch (ArgumentException)
            {
                // It ended meanwhile.
            }
        }
    }

    private static async Task<IReadOnlyList<string>> NamesAsync() =>
        [.. (await IpAsync(["netns", "list"], CancellationToken.None)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(' ')[0])];

    private static Task<string> IpAsync(IEnumerable<string> arguments, CancellationToken cancellationToken) => Command.RunAsync(["ip", .. arguments], cancellationToken);

    private static IPAddress AddressOf(int number) => new([10, 99, 0, (byte)number]);

    [GeneratedRegex("^mh-([0-9]+)-")]
    private static partial Regex Owned();
}
