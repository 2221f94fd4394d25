using System.Collections.Concurrent;
using System.Net;
using Mahavishnu.Agents.Adapters.Probes;
using StackExchange.Redis;

namespace Mahavishnu.Agents.Adapters.Redis;

/// <summary>The connections to one region's Redis, and one command to exactly one server of it. Errors are <see cref="RedisCallException"/>s.</summary>
internal sealed class RedisLink : IAsyncDisposable
{
    private static readonly TimeSpan Knock = TimeSpan.FromMilliseconds(50);
    private readonly ConcurrentDictionary<string, CertificateCheck> _certificates = new(StringComparer.OrdinalIgnoreCase);
    private readonly RedisOptions _options;
    private readonly TimeProvider _time;
    private readonly Lazy<Task<ConnectionMultiplexer>> _connections;

    /// <summary>Opens no connection yet.</summary>
    /// <exception cref="ArgumentException">An option cannot be used.</exception>
    public RedisLink(RedisOptions options, TimeProvider time)
    {
        var configuration = RedisConfiguration.Create(options, host => _certificates.GetOrAdd(host, static name => new CertificateCheck(name)));
        (_options, _time) = (options, time);
        // Comes to an end within the connect timeout whether or not a server answers; the library goes on trying by itself.
        _connections = new Lazy<Task<ConnectionMultiplexer>>(() => ConnectionMultiplexer.ConnectAsync(configuration));
    }

    /// <summary>The region and its configured servers, for errors that concern them all.</summary>
    public string Name => $"{_options.Region} redis {string.Join(", ", _options.Endpoints.Select(static e => $"{e.Host}:{e.Port}"))}";

    /// <summary>Region and address of one server, for errors.</summary>
    public string NameOf(IServer server) => $"{_options.Region} redis {AddressOf(server)}";

    /// <summary>Host and port of a server, as configured or as its Cluster announces it.</summary>
    public static string AddressOf(IServer server) => server.EndPoint is DnsEndPoint name ? $"{name.Host}:{name.Port}" : server.EndPoint.ToString()!;

    /// <summary>The servers known so far, connected or not, in the order of their addresses.</summary>
    public async Task<IReadOnlyList<IServer>> ServersAsync(CancellationToken cancellationToken)
    {
        var connecting = _connections.Value;
        try
        {
            var connections = await connecting.WaitAsync(cancellationToken);
            return [.. connections.GetServers().OrderBy(AddressOf, StringComparer.Ordinal)];
        }
        catch (OperationCanceledException) when (!connecting.IsCompleted)
        {
            throw new RedisCallException(RedisCallEnd.Unreachable, $"{Name}: no connection yet.");
        }
    }

    /// <summary>The slot of a key in a Cluster.</summary>
    public async Task<int> SlotOfAsync(string key, CancellationToken cancellationToken) =>
        (await _connections.Value.WaitAsync(cancellationToken)).GetHashSlot(key);

    /// <summary>Sends one command to one server and never to another, whatever that server says about slots.</summary>
    /// <exception cref="RedisCallException">It was refused, not sent, or has no answer yet.</exception>
    public async Task<RedisResult> SendAsync(IServer server, string command, object[] arguments, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var answer = server.ExecuteAsync(command, arguments, CommandFlags.NoRedirect | CommandFlags.CommandRetryNever);
                return await answer.WaitAsync(cancellationToken);
            }
            catch (RedisServerException reply)
            {
                throw RedisFailures.FromReply(NameOf(server), reply.Message);
            }
            catch (RedisTimeoutException)
            {
                throw new RedisCallException(RedisCallEnd.Unknown, $"{NameOf(server)}: did not answer {command} in time.");
            }
            catch (RedisConnectionException failure)
            {
                // A connection that is just being made has no cause of failure yet; the next attempt goes through or has one.
                if (failure is not { InnerException: null, CommandStatus: not CommandStatus.Sent })
                {
                    throw RedisFailures.FromConnection(NameOf(server), failure, ProblemOf(server));
                }
            }
            catch (ObjectDisposedException)
            {
                throw new RedisCallException(RedisCallEnd.Unreachable, $"{NameOf(server)}: the connection was disposed of.");
            }

            await PauseAsync(server, cancellationToken);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_connections.IsValueCreated)
        {
            await (await _connections.Value).DisposeAsync();
        }
    }

    private async Task PauseAsync(IServer server, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Knock, _time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            throw new RedisCallException(RedisCallEnd.Unreachable, $"{NameOf(server)}: not connected: no answer to the log-in.");
        }
    }

    private string? ProblemOf(IServer server)
    {
        var host = server.EndPoint is DnsEndPoint name ? name.Host : ((IPEndPoint)server.EndPoint).Address.ToString();
        return _certificates.TryGetValue(host, out var check) ? check.Problem : null;
    }
}
