using System.Net.Sockets;
using System.Text;
using Mahavishnu.Agents.TestKit.Network;

namespace Mahavishnu.Agents.TestKit.Servers;

/// <summary>A real HAProxy.</summary>
/// <param name="place">The host that it runs on; null for this machine.</param>
public sealed class HaProxyProcess(NetworkHost? place = null) : IAsyncDisposable
{
    private const string Program = "/usr/sbin/haproxy";

    /// <summary>The process.</summary>
    public LocalServer Server { get; } = new(place);

    /// <summary>Why it cannot run here; null when it can.</summary>
    public static string? Missing => File.Exists(Program) ? null : $"{Program} is missing: install Debian's package haproxy to run this test.";

    /// <summary>The Unix socket of its runtime API; the configuration must have it at level <c>admin</c>.</summary>
    public string AdminSocket => Socket("admin");

    /// <summary>A path for another socket.</summary>
    public string Socket(string level) => Path.Combine(Server.Directory, level + ".sock");

    /// <summary>Starts it and waits until its runtime API answers.</summary>
    public async Task StartAsync(string configuration, CancellationToken cancellationToken)
    {
        var file = Path.Combine(Server.Directory, "haproxy.cfg");
        await File.WriteAllTextAsync(file, configuration, cancellationToken);
        await Server.StartAsync(Program, ["-db", "-f", file], () => AnswersAsync(cancellationToken), cancellationToken);
    }

    /// <summary>Sends a command as an operator would, and gives the answer.</summary>
    /// <exception cref="SocketException">It does not answer.</exception>
    public async Task<string> CommandAsync(string command, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(AdminSocket), cancellationToken);
        await socket.SendAsync(Encoding.ASCII.GetBytes(command + "\n"), cancellationToken);
        using var reader = new StreamReader(new NetworkStream(socket));
        return await reader.ReadToEndAsync(cancellationToken);
    }

    /// <summary>Ends it.</summary>
    public ValueTask DisposeAsync() => Server.DisposeAsync();

    // The socket's file is there a moment before anybody listens.
    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await CommandAsync("show info", cancellationToken)).Length > 0;
        }
        catch (SocketException)
        {
            return false; // Not yet.
        }
    }
}
