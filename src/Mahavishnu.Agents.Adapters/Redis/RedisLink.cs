using System.Collections.Concurrent;
using System.Net;
using Mahavishnu.Agents.Adapters.Probes;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Regions;
using StackExchange.Redis;

namespace Mahavishnu.Agents.Adapters.Redis;

/// <summary>The connections to one region's Redis, and one command to exactly one server of it. Errors are <see cref="RedisCallException"/>s.</summary>
internal sealed class RedisLink : IAsyncDisposable
{
    private const CommandFlags Flags = CommandFlags.NoRedirect | CommandFlags.CommandRetryNever;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly ConcurrentDictionary<string, CertificateCheck> _certificates = new(StringComparer.OrdinalIgnoreCase);
    private readonly RedisOptions _options;
    private readonly TimeProvider _time;
    private readonly RedisConnections _connections;

    /// <summary>Opens no connection yet.</summary>
    /// <exception cref="ArgumentException">An option cannot be used.</exception>
    public RedisLink(RedisOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _connections = new RedisConnections(options, host => _certificates.GetOrAdd(host, static name => new CertificateCheck(name)));
    }

    /// <summary>The region and its configured servers, for errors that concern them all.</summary>
    public string Name => $"{_options.Region} redis {string.Join(", ", _options.Endpoints.Select(static e => $"{e.Host}:{e.Port}"))}";

    /// <summary>The region.</summary>
    public RegionId Region => _options.Region;

    /// <summary>Stands before every key.</summary>
    public string Prefix => _options.KeyPrefix;

    /// <summary>What fences a server.</summary>
    public IRedisBarrier Barrier => _options.ApplicationUser is { } user ? new RedisUserBarrier(this, user) : new RedisReplicaBarrier(this, _options.MinReplicasToWrite);

    /// <summary>Region and address of one server, for errors.</summary>
    public string NameOf(IServer server) => $"{_options.Region} redis {AddressOf(server)}";

    /// <summary>Host and port of a server, as configured or as its Cluster announces it.</summary>
    public static string AddressOf(IServer server) => server.EndPoint is DnsEndPoint name ? $"{name.Host}:{name.Port}" : server.EndPoint.ToString()!;

    /// <summary>The servers that gave no usable answer.</summary>
    public static IReadOnlyList<RedisSilence> SilentOf<T>(IReadOnlyList<IServer> servers, IReadOnlyList<DataAnswer<T>> answers) =>
        [.. servers.Zip(answers).Where(static a => a.Second.Problem is not null).Select(static a => new RedisSilence(AddressOf(a.First), a.Second.Problem!))];

    /// <summary>The servers, connected or not, in the order of their addresses; of a Cluster those that it lists at this moment.</summary>
    /// <exception cref="RedisCallException">No connection was tried to its end yet.</exception>
    public async Task<IReadOnlyList<IServer>> ServersAsync(CancellationToken cancellationToken)
    {
        try
        {
            var servers = await _connections.ServersAsync(cancellationToken);
            if (servers.All(static server => !server.IsConnected))
            {
                // Perhaps all of them moved.
                _connections.Use(null);
            }
            else if (servers.Any(static server => server is { IsConnected: true, ServerType: ServerType.Cluster }))
            {
                _connections.Use(await ListedAsync(servers, cancellationToken) ?? servers.Select(RedisConnections.EndpointOf));
            }

            return await _connections.ServersAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            throw new RedisCallException(RedisCallEnd.Unreachable, $"{Name}: no connection yet.");
        }
    }

    /// <summary>The slot of a key in a Cluster.</summary>
    public Task<int> SlotOfAsync(string key, CancellationToken cancellationToken) => _connections.SlotOfAsync(key, cancellationToken);

    /// <summary>Sends one command to one server and never to another, whatever that server says about slots.</summary>
    /// <exception cref="RedisCallException">It was refused, not sent, or has no answer yet.</exception>
    public async Task<RedisResult> SendAsync(IServer server, string command, object[] arguments, CancellationToken cancellationToken)
    {
        await KnockAsync(server, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested(); // Nothing is sent after the deadline.
        try
        {
            return await server.ExecuteAsync(command, arguments, Flags).WaitAsync(cancellationToken);
        }
        catch (RedisServerException reply)
        {
            throw RedisFailures.FromReply(NameOf(server), reply.Message);
        }
        catch (RedisCommandException held)
        {
            throw new RedisCallException(RedisCallEnd.Refused, $"{NameOf(server)}: the client library held {command} back: {RedisFailures.Quote(held.Message)}.", held);
        }
        catch (RedisConnectionException failure)
        {
            throw RedisFailures.WhileAsked(NameOf(server), failure);
        }
        catch (Exception failure) when (failure is RedisTimeoutException or ObjectDisposedException)
        {
            throw new RedisCallException(RedisCallEnd.Unknown, $"{NameOf(server)}: did not answer {command} in time.", failure);
        }
    }

    /// <summary>What a server is at this moment (<c>ROLE</c>).</summary>
    /// <exception cref="RedisCallException">It was refused, not sent, or has no answer yet.</exception>
    public async Task<RedisRole> RoleOfAsync(IServer server, CancellationToken cancellationToken)
    {
        var role = await SendAsync(server, "ROLE", [], cancellationToken);
        return role.Length > 0 ? (string?)role[0] switch { "master" => RedisRole.Master, "slave" => RedisRole.Replica, _ => RedisRole.Unknown } : RedisRole.Unknown;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _connections.DisposeAsync();

    /// <summary>What the first server that answers lists; null when none does.</summary>
    private async Task<IReadOnlyList<RedisEndPoint>?> ListedAsync(IReadOnlyList<IServer> servers, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var asked = servers.Where(static server => server.IsConnected).Select(server => NodesAsync(server, enough.Token)).ToList();
        IReadOnlyList<RedisEndPoint>? listed = null;
        await foreach (var answer in Task.WhenEach(asked))
        {
            if (await answer is { Count: > 0 } nodes)
            {
                listed ??= nodes;
                await enough.CancelAsync();
            }
        }

        return listed;
    }

    private async Task<IReadOnlyList<RedisEndPoint>?> NodesAsync(IServer server, CancellationToken cancellationToken)
    {
        try
        {
            return [.. new RedisClusterNodes((string?)await SendAsync(server, "CLUSTER", ["NODES"], cancellationToken) ?? "").Endpoints];
        }
        catch (Exception failure) when (failure is RedisCallException or OperationCanceledException)
        {
            return null; // Another one may know, and the question that is next will say what is wrong with this one.
        }
    }

    /// <summary>Waits for the connection to a server, which the waiting brings about, or for the reason why there is none.</summary>
    private async Task KnockAsync(IServer server, CancellationToken cancellationToken)
    {
        while (!server.IsConnected)
        {
            try
            {
                try
                {
                    await server.PingAsync(Flags).WaitAsync(cancellationToken);
                }
                catch (RedisConnectionException failure) when (failure.FailureType is ConnectionFailureType.UnableToResolvePhysicalConnection && failure.InnerException is null)
                {
                    // It is being made, or was given up since we were told of the server. Either is said at once, and may be said for long.
                    await Task.Delay(Pause, _time, cancellationToken);
                }

                cancellationToken.ThrowIfCancellationRequested();
            }
            catch (RedisConnectionException failure)
            {
                throw RedisFailures.WhileConnecting(NameOf(server), failure, ProblemOf(server));
            }
            catch (RedisServerException reply)
            {
                throw RedisFailures.FromReply(NameOf(server), reply.Message);
            }
            catch (Exception failure) when (failure is RedisTimeoutException or OperationCanceledException or ObjectDisposedException)
            {
                throw new RedisCallException(RedisCallEnd.Unreachable, $"{NameOf(server)}: not connected: {ProblemOf(server) ?? "no answer to the log-in"}.", failure);
            }
        }
    }

    private string? ProblemOf(IServer server)
    {
        var host = server.EndPoint is DnsEndPoint name ? name.Host : ((IPEndPoint)server.EndPoint).Address.ToString();
        return _certificates.TryGetValue(host, out var check) ? check.Problem : null;
    }
}
