using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Mahavishnu.Agents.TestKit.Network;

/// <summary>One host of a <see cref="HostNetwork"/>.</summary>
/// <param name="name">The name of its namespace.</param>
/// <param name="address">Its address.</param>
public sealed class NetworkHost(string name, IPAddress address)
{
    private const int NetworkNamespace = 0x40000000; // CLONE_NEWNET. Source: setns(2).

    /// <summary>The name of its namespace.</summary>
    public string Name => name;

    /// <summary>Its address.</summary>
    public IPAddress Address => address;

    /// <summary>What stands before a command that is to run on this host. The command keeps the process id.</summary>
    public IReadOnlyList<string> Enter { get; } = ["ip", "netns", "exec", name];

    /// <summary>Makes a socket that belongs to this host, for the use of this process.</summary>
    /// <remarks>A socket stays in the namespace of the thread that made it. So a thread of its own enters it, and ends there.</remarks>
    public Socket CreateSocket(SocketType type, ProtocolType protocol)
    {
        Socket? made = null;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var file = File.OpenHandle($"/run/netns/{name}", share: FileShare.ReadWrite);
                made = setns((int)file.DangerousGetHandle(), NetworkNamespace) == 0
                    ? new Socket(AddressFamily.InterNetwork, type, protocol)
                    : throw new Win32Exception(Marshal.GetLastPInvokeError());
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or Win32Exception or SocketException)
            {
                failure = refused;
            }
        });
        thread.Start();
        thread.Join();
        return made ?? throw new InvalidOperationException($"No socket of {name}: {failure?.Message}", failure);
    }

    /// <summary>Connects from this host; a <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var socket = CreateSocket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.NoDelay = true;
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Begins to drop packets. The same rule may be added more than once.</summary>
    public Task DropAsync(PacketRule rule, CancellationToken cancellationToken) => ChangeAsync("-A", rule, cancellationToken);

    /// <summary>Takes a rule back that was added.</summary>
    public Task PassAsync(PacketRule rule, CancellationToken cancellationToken) => ChangeAsync("-D", rule, cancellationToken);

    private Task<string> ChangeAsync(string change, PacketRule rule, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return Command.RunAsync([.. Enter, "iptables", "-w", change, .. rule.Arguments()], cancellationToken);
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int setns(int file, int kind);
}
