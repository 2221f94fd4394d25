using System.Net.Sockets;
using System.Security.Authentication;
using Mahavishnu.Agents.Core.Health;

namespace Mahavishnu.Agents.Adapters.Probes;

/// <summary>Says what an error of the network means for a check.</summary>
internal static class ProbeFailure
{
    /// <summary>The outcome of a probe that ended with <paramref name="error"/>.</summary>
    /// <param name="error">What was thrown by the connection or the exchange.</param>
    /// <param name="doing">What the probe was at, e.g. <c>reading the body</c>.</param>
    /// <param name="duration">Since the start of the probe.</param>
    public static ProbeOutcome Describe(Exception error, string doing, TimeSpan duration) => Root(error) switch
    {
        SocketException socket => Describe(socket, doing, duration),
        AuthenticationException tls => ProbeOutcome.Failed($"TLS: {tls.Message}", duration),
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } =>
            ProbeOutcome.Failed("headers are longer than 16 KiB", duration),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } tls =>
            ProbeOutcome.Failed($"TLS: the handshake failed: {(tls.InnerException ?? tls).Message}", duration),
        HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } or EndOfStreamException =>
            ProbeOutcome.Failed($"connection closed by the target while {doing}", duration),
        HttpIOException { HttpRequestError: HttpRequestError.InvalidResponse } or
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } =>
            ProbeOutcome.Failed("the answer is not valid HTTP", duration),
        var other => ProbeOutcome.Failed($"{other.Message} ({doing})", duration),
    };

    /// <summary>Whether the target, or something on the way, ended the connection without a word.</summary>
    public static bool IsReset(Exception error) =>
        Root(error) is SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown };

    private static ProbeOutcome Describe(SocketException error, string doing, TimeSpan duration) => error.SocketErrorCode switch
    {
        // Nothing of this was caused by the target, so it says nothing about it.
        SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable or SocketError.AddressNotAvailable or
        SocketError.NetworkDown or SocketError.NetworkUnreachable or SocketError.AccessDenied or SocketError.TryAgain or
        SocketError.NoRecovery =>
            ProbeOutcome.Unknown($"could not ask: {Name(error.SocketErrorCode)}", duration),
        SocketError.ConnectionRefused => ProbeOutcome.Failed("connection refused", duration),
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown or SocketError.NotConnected =>
            ProbeOutcome.Failed($"connection reset by the target while {doing}", duration),
        SocketError.HostNotFound or SocketError.NoData => ProbeOutcome.Failed("the host name has no address", duration),
        SocketError.TimedOut => ProbeOutcome.Failed($"the network gave up while {doing}", duration),
        _ => ProbeOutcome.Failed($"{Name(error.SocketErrorCode)} while {doing}", duration),
    };

    private static string Name(SocketError code) => code switch
    {
        SocketError.TooManyOpenSockets => "this process has too many open files",
        SocketError.NoBufferSpaceAvailable => "this host has no buffer space",
        SocketError.AddressNotAvailable => "this host has no free local port or address",
        SocketError.NetworkDown => "the network of this host is down",
        SocketError.NetworkUnreachable => "this host has no route to the target",
        SocketError.AccessDenied => "this host forbids the connection",
        SocketError.TryAgain or SocketError.NoRecovery => "the name servers of this host do not answer",
        SocketError.HostUnreachable => "the host is unreachable",
        _ => $"socket error {code}",
    };

    /// <summary>The innermost error that says something: the socket's or TLS's own rather than the wrapping of the client.</summary>
    private static Exception Root(Exception error)
    {
        for (var inner = error; inner is not null; inner = inner.InnerException)
        {
            if (inner is SocketException or AuthenticationException or HttpIOException or EndOfStreamException)
            {
                return inner;
            }
        }

        return error;
    }
}
