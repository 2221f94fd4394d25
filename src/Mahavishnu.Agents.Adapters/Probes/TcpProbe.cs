using System.Net;
using System.Net.Sockets;
using Mahavishnu.Agents.Core.Health;

namespace Mahavishnu.Agents.Adapters.Probes;

/// <summary>Passes when the target accepts a TCP connection in time; nothing is sent, and each probe connects anew.</summary>
/// <remarks>
/// The kernel of the target accepts on behalf of a process that hangs, until its backlog is full: this proves a listener,
/// not a service. Where the service speaks a protocol, probe that.
/// </remarks>
public sealed class TcpProbe : IProbe
{
    private readonly EndPoint _target;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;

    /// <summary>Prepares the probe; nothing is connected yet.</summary>
    /// <exception cref="ArgumentException">The address is not <c>tcp://host:port</c>, or the timeout is not positive.</exception>
    public TcpProbe(ProbeOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.Timeout, TimeSpan.Zero, nameof(options));
        if (options.Url is not { Scheme: "tcp", Port: > 0, UserInfo: "", PathAndQuery: "" or "/" })
        {
            throw new ArgumentException($"Expected tcp://host:port, found {options.Url.Scheme}://{options.Url.Host}:{options.Url.Port}{options.Url.AbsolutePath}.", nameof(options));
        }

        _target = IPAddress.TryParse(options.Url.DnsSafeHost, out var address)
            ? new IPEndPoint(address, options.Url.Port)
            : new DnsEndPoint(options.Url.DnsSafeHost, options.Url.Port);
        _timeout = options.Timeout;
        _time = time;
    }

    /// <inheritdoc />
    public async Task<ProbeOutcome> ProbeAsync(CancellationToken cancellationToken)
    {
        var startedAt = _time.GetTimestamp();
        using var deadline = new CancellationTokenSource(_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var socket = ProbeSocket.For(_target);
            await socket.ConnectAsync(_target, either.Token);
            return ProbeOutcome.Passed(_time.GetElapsedTime(startedAt));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ProbeOutcome.Failed(
                FormattableString.Invariant($"timed out after {_timeout.TotalMilliseconds:0} ms while connecting"),
                _time.GetElapsedTime(startedAt));
        }
        catch (SocketException error)
        {
            return ProbeFailure.Describe(error, "connecting", _time.GetElapsedTime(startedAt));
        }
    }
}
