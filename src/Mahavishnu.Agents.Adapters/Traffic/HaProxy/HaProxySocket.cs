using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mahavishnu.Agents.Adapters.Traffic.HaProxy;

/// <summary>HAProxy's runtime API: one line on a connection of its own, and the answer until HAProxy closes it.</summary>
/// <remarks>One command for each connection, because the answers of several on one line cannot be told apart.</remarks>
internal sealed class HaProxySocket
{
    // The state of thousands of servers is well below this; something else may listen at the address.
    private const int MaxReplyBytes = 4 * 1024 * 1024;

    private readonly string _target;
    private readonly EndPoint _endpoint;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;

    /// <summary>Prepares; nothing is sent yet.</summary>
    /// <exception cref="ArgumentException">The address is neither <c>unix://</c> nor <c>tcp://</c> with a port.</exception>
    public HaProxySocket(string target, Uri address, TimeSpan timeout, TimeProvider time)
    {
        (_target, _timeout, _time) = ($"{target} {address}", timeout, time);
        _endpoint = address switch
        {
            { Scheme: "unix", AbsolutePath.Length: > 1 } => new UnixDomainSocketEndPoint(Uri.UnescapeDataString(address.AbsolutePath)),
            { Scheme: "tcp", Port: > 0 } => new DnsEndPoint(address.IdnHost.Trim('[', ']'), address.Port),
            _ => throw new ArgumentException($"{target}: the address must be unix:///path or tcp://host:port, found {address}.", nameof(address)),
        };
    }

    /// <summary>Sends a command that changes nothing and returns the answer.</summary>
    /// <exception cref="DependencyUnavailableException">No answer came.</exception>
    public Task<string> AskAsync(string command, CancellationToken cancellationToken) => ExchangeAsync(command, null, cancellationToken);

    /// <summary>Sends a changing command, unless <paramref name="mayStart"/> says no when the connection is open.</summary>
    /// <exception cref="TrafficOutcomeException">The lease has ended; nothing was sent.</exception>
    /// <exception cref="DependencyUnavailableException">No answer came; the message says whether the change may have been made.</exception>
    public Task<string> ChangeAsync(string command, Func<bool> mayStart, CancellationToken cancellationToken) =>
        ExchangeAsync(command, mayStart, cancellationToken);

    private async Task<string> ExchangeAsync(string command, Func<bool>? mayStart, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_timeout, _time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var sent = false;
        try
        {
            using var socket = _endpoint is UnixDomainSocketEndPoint
                ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
                : new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(_endpoint, deadline.Token);
            if (mayStart is not null && !mayStart())
            {
                throw TrafficOutcomeException.LeaseEnded();
            }

            sent = true;
            await SendAsync(socket, command, deadline.Token);
            return await ReceiveAsync(socket, command, deadline.Token);
        }
        catch (SocketException problem)
        {
            throw new DependencyUnavailableException(_target, sent
                ? $"the connection broke off during '{command}' ({problem.Message}); it may or may not have been carried out"
                : $"not reachable ({problem.Message}); '{command}' was not sent", problem);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DependencyUnavailableException(_target, $"no answer to '{command}' within {_timeout.TotalSeconds:0.###} s", late);
        }
    }

    private static async Task SendAsync(Socket socket, string command, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> rest = Encoding.ASCII.GetBytes(command + "\n");
        while (rest.Length > 0)
        {
            rest = rest[await socket.SendAsync(rest, cancellationToken)..];
        }
    }

    private async Task<string> ReceiveAsync(Socket socket, string command, CancellationToken cancellationToken)
    {
        using var answer = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int count;
        while ((count = await socket.ReceiveAsync(buffer, cancellationToken)) > 0)
        {
            answer.Write(buffer, 0, count);
            if (answer.Length > MaxReplyBytes)
            {
                throw new DependencyUnavailableException(_target, $"more than {MaxReplyBytes} bytes in answer to '{command}'; is this HAProxy's stats socket?");
            }
        }

        // HAProxy ends every answer, also that of success, with an empty line: no byte at all is no answer.
        return answer.Length > 0
            ? Encoding.UTF8.GetString(answer.GetBuffer(), 0, (int)answer.Length)
            : throw new DependencyUnavailableException(_target, $"closed the connection without an answer to '{command}'");
    }
}
