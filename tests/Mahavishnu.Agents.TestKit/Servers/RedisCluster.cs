using Mahavishnu.Agents.TestKit.Network;

namespace Mahavishnu.Agents.TestKit.Servers;

/// <summary>A real Redis Cluster of three masters with a replica each.</summary>
public sealed class RedisCluster : IAsyncDisposable
{
    private const int Size = 6;

    /// <summary>Its servers. The first three begin as masters.</summary>
    public IReadOnlyList<RedisServer> Servers { get; } =
    [
        .. Enumerable.Range(0, Size).Select(static _ => new RedisServer(
            "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--cluster-node-timeout", "2000", "--appendonly", "no")),
    ];

    /// <summary>Starts the servers, joins them and waits until each sees all slots served and all replicas attached.</summary>
    /// <exception cref="InvalidOperationException">It does not come about; the message has what was said.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(Servers.Select(server => server.StartAsync(cancellationToken)));
        await Command.RunAsync(
            ["/usr/bin/redis-cli", "--cluster", "create", .. Servers.Select(static s => s.Endpoint), "--cluster-replicas", "1", "--cluster-yes"], cancellationToken);
        while (!(await Task.WhenAll(Servers.Select(server => IsReadyAsync(server, cancellationToken)))).All(static ready => ready))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Kills all of it.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var server in Servers)
        {
            await server.DisposeAsync();
        }
    }

    private static async Task<bool> IsReadyAsync(RedisServer server, CancellationToken cancellationToken)
    {
        var state = await server.RunAsync(cancellationToken, "CLUSTER", "INFO");
        var replication = await server.RunAsync(cancellationToken, "INFO", "replication");
        return state.Contains("cluster_state:ok", StringComparison.Ordinal) &&
            (replication.Contains("master_link_status:up", StringComparison.Ordinal) || replication.Contains("state=online", StringComparison.Ordinal));
    }
}
