using System.Globalization;
using System.Text.Json;
using Mahavishnu.Agents.Adapters.Redis;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.TestKit.Servers;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.Redis;

/// <summary>Servers and nodes that are disposed of with the test, and what its tests have in common.</summary>
internal sealed class RedisWorld : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly List<IAsyncDisposable> _all = [];

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async Task<RedisServer> ServerAsync(params string[] arguments) => await StartAsync(new RedisServer(arguments));

    public async Task<RedisServer> StartAsync(RedisServer server)
    {
        Assert.SkipWhen(RedisServer.Missing is not null, RedisServer.Missing ?? "");
        _all.Add(server);
        await server.StartAsync(Stop);
        return server;
    }

    public async Task<RedisCluster> ClusterAsync()
    {
        Assert.SkipWhen(RedisServer.Missing is not null, RedisServer.Missing ?? "");
        var cluster = new RedisCluster();
        _all.Add(cluster);
        await cluster.StartAsync(Stop);
        return cluster;
    }

    /// <summary>A master and a replica of it that is in step.</summary>
    public async Task<(RedisServer Master, RedisServer Replica)> PairAsync()
    {
        var master = await ServerAsync();
        return (master, await ReplicaOfAsync(master));
    }

    public async Task<RedisServer> ReplicaOfAsync(RedisServer master)
    {
        var replica = await ServerAsync("--replicaof", "127.0.0.1", Text(master.Port));
        await UntilAsync(
            () => replica.RunAsync(Stop, "INFO", "replication"), static info => info.Contains("master_link_status:up", StringComparison.Ordinal));
        return replica;
    }

    public RedisNode Node(params RedisServer[] servers) => Node(Options([.. servers.Select(static s => s.Port)]));

    public RedisNode Node(RedisOptions options)
    {
        var node = new RedisNode(options, TimeProvider.System);
        _all.Add(node);
        return node;
    }

    public static RedisOptions Options(params int[] ports) => new()
    {
        Region = new RegionId("eu-west-1"), Endpoints = [.. ports.Select(static port => new RedisEndPoint("127.0.0.1", port))],
    };

    /// <summary>Asks until the answer is as wanted, and gives that answer.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> isWanted)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var answer = await ask();
            if (isWanted(answer))
            {
                return answer;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(startedAt) < Patience, $"Never as wanted; last: {JsonSerializer.Serialize(answer)}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Stop);
        }
    }

    public static async Task<RedisReading> ReadAsync(RedisNode node) => Value(await node.ReadAsync(Deadline, Stop));

    public static T Value<T>(DataAnswer<T> answer) => answer is DataAnswer<T>.Ok ok ? ok.Value : throw new InvalidOperationException($"Expected Ok: {answer}");

    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(_all))
        {
            await one.DisposeAsync();
        }
    }
}
