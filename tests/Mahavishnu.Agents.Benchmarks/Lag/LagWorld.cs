using System.Diagnostics;
using System.Globalization;
using Mahavishnu.Agents.TestKit.Servers;
using Mahavishnu.Agents.TestKit.Servers.OpenSearch;

namespace Mahavishnu.Agents.Benchmarks.Lag;

/// <summary>Three regions with five stores each: PostgreSQL and Redis real, the others doubles that run in this process.</summary>
internal sealed class LagWorld : IAsyncDisposable
{
    private const int Topics = 20;
    private const int PartitionsOfATopic = 100;
    private static readonly string[] Regions = ["us-east-1", "eu-west-1", "ap-southeast-1"];

    private readonly string _directory = Directory.CreateTempSubdirectory("lag-").FullName;
    private readonly List<IAsyncDisposable> _servers = [];
    private readonly List<Process> _stores = [];
    private readonly List<MockKafka> _kafka = [];
    private readonly List<int> _consul = [];

    /// <summary>Partitions that are looked at, in one region.</summary>
    public static int Partitions => Topics * PartitionsOfATopic;

    /// <summary>Starts everything but the agents.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var region in Regions)
        {
            _consul.Add(ChildProcess.FreePort());
            _stores.Add(Agent(["lab", "--only", "consul", "--region", region, "--port", Text(_consul[^1]), "--exit-with-parent"]));
            _kafka.Add(new MockKafka(1, [.. region == Regions[1] ? Enumerable.Range(0, Topics).Select(static i => ($"topic{i}", PartitionsOfATopic)) : [], ("beats", 1)]));
        }

        var primary = Keep(await PostgresServer.CreateAsync([], cancellationToken));
        await primary.ExecuteAsync("postgres", "create role app login", cancellationToken);
        await primary.ExecuteAsync("postgres", "create database mahavishnu", cancellationToken);
        PostgresServer[] postgres = [primary, Keep(await primary.CreateStandbyAsync("eu_west_1", cancellationToken)), Keep(await primary.CreateStandbyAsync("ap_southeast_1", cancellationToken))];
        List<RedisServer> redis = [];
        List<S3Double> s3 = [];
        foreach (var _ in Regions)
        {
            redis.Add(Keep(new RedisServer()));
            await redis[^1].StartAsync(cancellationToken);
            s3.Add(Keep(await S3Double.StartAsync(cancellationToken)));
        }

        var search = Keep(await OpenSearchDouble.StartAsync(TimeProvider.System, cancellationToken, Regions));
        foreach (var index in new[] { "code", "mahavishnu_agent_heartbeat" })
        {
            search.Replicate(index, Regions[0], Regions[1], Regions[2]);
        }

        await File.WriteAllTextAsync(Path.Combine(_directory, "global.yaml"), Global(postgres, s3, search), cancellationToken);
        foreach (var (region, own) in Regions.Zip(redis))
        {
            await File.WriteAllTextAsync(Path.Combine(_directory, $"{region}.yaml"), Own(region, own), cancellationToken);
        }

        using var install = Agent(["postgres", "install", "--config", _directory, "--region", Regions[0]]);
        await install.WaitForExitAsync(cancellationToken);
        if (install.ExitCode != 0)
        {
            throw new InvalidOperationException($"postgres install ended with {Text(install.ExitCode)}");
        }
    }

    /// <summary>The processor time of three agents over a while, as a share of one core.</summary>
    /// <param name="measuring">Whether they look at the stores.</param>
    /// <param name="settle">How long they run before.</param>
    /// <param name="duration">How long is measured.</param>
    public async Task<double> MeasureAsync(bool measuring, TimeSpan settle, TimeSpan duration)
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "global.yaml"), (await File.ReadAllTextAsync(Path.Combine(_directory, "global.yaml")))
            .Replace(measuring ? "failover]" : "failover, lag]", measuring ? "failover, lag]" : "failover]", StringComparison.Ordinal));
        var agents = Regions.Select(r => Agent(["run", "--config", _directory, "--region", r, "--exit-with-parent"])).ToList();
        try
        {
            await Task.Delay(settle, TimeProvider.System);
            var before = Used(agents);
            var startedAt = TimeProvider.System.GetTimestamp();
            await Task.Delay(duration, TimeProvider.System);
            return (Used(agents) - before) / TimeProvider.System.GetElapsedTime(startedAt);
        }
        finally
        {
            agents.ForEach(ChildProcess.Stop);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _stores.ForEach(ChildProcess.Stop);
        foreach (var server in Enumerable.Reverse(_servers))
        {
            await server.DisposeAsync();
        }

        _kafka.ForEach(static k => k.Dispose());
        Directory.Delete(_directory, recursive: true);
    }

    private static TimeSpan Used(List<Process> agents)
    {
        agents.ForEach(static a => a.Refresh());
        return agents.Any(static a => a.HasExited)
            ? throw new InvalidOperationException("an agent has ended")
            : agents.Aggregate(TimeSpan.Zero, static (sum, a) => sum + a.TotalProcessorTime);
    }

    private Process Agent(string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", "log=$0; exec \"$@\" >>\"$log\" 2>&1", Path.Combine(_directory, "log"), "dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "mahavishnu-agent.dll"), .. arguments]) { RedirectStandardInput = true };
        (start.Environment["DOTNET_TieredPGO"], start.Environment["DOTNET_GCgen0size"]) = ("0", "400000");
        return Process.Start(start)!;
    }

    private T Keep<T>(T server) where T : IAsyncDisposable
    {
        _servers.Add(server);
        return server;
    }

    private string Global(PostgresServer[] postgres, List<S3Double> s3, OpenSearchDouble search) => string.Create(CultureInfo.InvariantCulture, $$$"""
        app_name: benchmark
        agent: {profile: default, modules: [health, leadership, failover, lag]}
        regions:
        {{{string.Join('\n', Regions.Select((r, i) => $"  {r}: {{provider: aws, data_residency: {r[..2]}, data_classes: [workflow_state], endpoint: 'http://127.0.0.1:{Text(_consul[i])}/', consul: 'http://127.0.0.1:{Text(_consul[i])}'}}"))}}}
        data_classes: {workflow_state: {anywhere: true}}
        health_checks: {regional: {endpoints: [{path: /v1/status/leader, critical: true}]}}
        split_brain_prevention: {quorum: {size: 3, regions: [{{{string.Join(", ", Regions)}}}]}}
        database:
          postgresql:
            mode: primary_replica
            application_role: app
            tls: disable
            primary_regions:
        {{{string.Join('\n', Regions.Select((r, i) => $"      - {{region: {r}, endpoint: '127.0.0.1:{Text(postgres[i].Port)}', role: {(i == 0 ? "writer" : "replica")}}}"))}}}
        opensearch:
          leader_cluster: {region: {{{Regions[0]}}}, endpoint: '{{{search[Regions[0]].Url}}}', nodes: 1}
          follower_clusters:
        {{{string.Join('\n', Regions.Skip(1).Select(r => $"    - {{region: {r}, endpoint: '{search[r].Url}', nodes: 1}}"))}}}
          indexes: [{name: code}]
        messaging:
          kafka:
            regions: [{{{string.Join(", ", Regions)}}}]
            bootstrap_servers:
        {{{string.Join('\n', Regions.Select((r, i) => $"      {r}: '{_kafka[i].Bootstrap}'"))}}}
            tls: false
            replication_factor: 1
            heartbeat_topic: beats
            groups: [billing]
            topics:
        {{{string.Join('\n', Enumerable.Range(0, Topics).Select(static i => $"      - {{name: topic{Text(i)}, partitions: {Text(PartitionsOfATopic)}}}"))}}}
        storage:
          s3:
            path_style: true
            access_key: benchmark
            secret_key: benchmark
            buckets:
        {{{string.Join('\n', Regions.Select((r, i) => $"      {r}: {{region: {r}, name: bucket-{r}, endpoint: '{s3[i].Url}'}}"))}}}
            replication:
              rules:
        {{{string.Join('\n', Regions.Select(r => $"        - {{source: bucket-{r}, destinations: [{string.Join(", ", Regions.Where(o => o != r).Select(static o => $"bucket-{o}"))}]}}"))}}}

        """);

    private string Own(string region, RedisServer redis) => string.Create(CultureInfo.InvariantCulture, $$$"""
        region: {{{region}}}
        agent: {listen: '127.0.0.1:{{{Text(ChildProcess.FreePort())}}}', data_directory: '{{{_directory}}}/data'}
        cache: {endpoint: 127.0.0.1, port: {{{Text(redis.Port)}}}, redis: {mode: standalone, tls: false, replicas: 0, persistence: {aof_enabled: false} } }

        """);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
