using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Mahavishnu.Agents.TestKit.Network;
using Xunit;

namespace Mahavishnu.Agents.System.Network;

/// <summary>The network of namespaces: what its faults do, and that nothing of it is left.</summary>
public sealed class HostNetworkTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Drop_EachWay_OnlyThatPairIsCutAndHealsAtOnce()
    {
        Assert.SkipWhen(await HostNetwork.UnavailableAsync() is not null, await HostNetwork.UnavailableAsync() ?? "");
        await using var network = await HostNetwork.CreateAsync(3, Cancelled);
        using var listener = network.Hosts[0].CreateSocket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(network.Hosts[0].Address, 0));
        listener.Listen();
        var address = (IPEndPoint)listener.LocalEndPoint!;
        Assert.True(await ConnectsAsync(network.Hub, address, Limit));

        foreach (var flow in new[] { Flow.In, Flow.Out })
        {
            var rule = new PacketRule(flow, network.Hosts[0].Address, address.Port);
            await network.Hosts[1].DropAsync(rule, Cancelled);
            Assert.False(await ConnectsAsync(network.Hosts[1], address, TimeSpan.FromSeconds(1)));
            Assert.True(await ConnectsAsync(network.Hosts[2], address, Limit));
            await network.Hosts[1].PassAsync(rule, Cancelled);
            Assert.True(await ConnectsAsync(network.Hosts[1], address, Limit));
        }
    }

    [Fact]
    public async Task Dispose_WithAProcessInIt_NothingIsLeft()
    {
        Assert.SkipWhen(await HostNetwork.UnavailableAsync() is not null, await HostNetwork.UnavailableAsync() ?? "");
        var network = await HostNetwork.CreateAsync(1, Cancelled);
        var host = network.Hosts[0];
        using var left = Process.Start("ip", [.. host.Enter.Skip(1), "sleep", "600"]);

        await EnteredAsync(host, left);
        await network.DisposeAsync();

        Assert.True(left.WaitForExit(Limit));
        Assert.False(File.Exists($"/run/netns/{host.Name}"));
        Assert.False(File.Exists($"/run/netns/{network.Hub.Name}"));
    }

    [Fact]
    public async Task Sweep_OwnerGone_ItsNamespaceAndItsProcessAreRemoved()
    {
        Assert.SkipWhen(await HostNetwork.UnavailableAsync() is not null, await HostNetwork.UnavailableAsync() ?? "");
        using var owner = Process.Start("true");
        await owner.WaitForExitAsync(Cancelled);
        var orphan = new NetworkHost($"mh-{owner.Id}-1-1", IPAddress.Loopback);
        using var made = Process.Start("ip", ["netns", "add", orphan.Name]);
        await made.WaitForExitAsync(Cancelled);
        using var left = Process.Start("ip", [.. orphan.Enter.Skip(1), "sleep", "600"]);
        await EnteredAsync(orphan, left);

        await HostNetwork.SweepAsync();

        Assert.True(left.WaitForExit(Limit));
        Assert.False(File.Exists($"/run/netns/{orphan.Name}"));
    }

    // Until it has become the program, it is not in the namespace yet.
    private static async Task EnteredAsync(NetworkHost host, Process process)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        while (process.ProcessName != "sleep")
        {
            Assert.True(TimeProvider.System.GetElapsedTime(startedAt) < Limit, $"nothing runs in {host.Name}");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancelled);
            process.Refresh();
        }
    }

    private static async Task<bool> ConnectsAsync(NetworkHost from, IPEndPoint address, TimeSpan limit)
    {
        using var patience = new CancellationTokenSource(limit, TimeProvider.System);
        using var socket = from.CreateSocket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(address, patience.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
