using System.Diagnostics;
using System.Globalization;
using System.Net;
using Npgsql;

namespace Mahavishnu.Agents.Benchmarks.Failover;

/// <summary>Debian's Patroni with its lowest legal times: two nodes on one etcd, made anew for each run.</summary>
internal sealed class PatroniCluster : IDisposable
{
    private const string Programs = "/usr/lib/postgresql/15/bin";
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly string[] AsPostgres = ["--reuid=postgres", "--regid=postgres", "--init-groups"];

    private readonly string _directory = Directory.CreateTempSubdirectory("patroni-").FullName;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(1) };
    private readonly List<Process> _started = [];
    private readonly Node[] _nodes = [Node.New("node1"), Node.New("node2")];

    /// <summary>What it needs and this machine has not; null when it has all.</summary>
    public static string? Missing =>
        Environment.UserName != "root" ? "Only root may start PostgreSQL as user postgres; run this benchmark as root."
        : new[] { "/usr/bin/patroni", "/usr/bin/etcd", $"{Programs}/postgres" }.FirstOrDefault(static f => !File.Exists(f)) is { } file
            ? $"{file} is missing: apt-get install --no-install-recommends patroni etcd-server python3-etcd python3-psycopg2 postgresql-15"
        : null;

    /// <summary>The times that it runs with, in seconds.</summary>
    public const string Settings = "ttl 20, loop_wait 2, retry_timeout 3";

    /// <summary>Starts everything, and waits until the second node follows the first.</summary>
    public async Task StartAsync()
    {
        Run("/bin/chmod", "755", _directory);
        var (clients, peers) = (ChildProcess.FreePort(), ChildProcess.FreePort());
        var etcd = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{clients}");
        var peer = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{peers}");
        Start("/usr/bin/etcd", "--data-dir", Path.Combine(_directory, "etcd"), "--listen-client-urls", etcd, "--advertise-client-urls", etcd, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", $"default={peer}");
        await UntilAsync(() => AnswersAsync($"{etcd}/health"), "etcd");
        foreach (var (node, role) in _nodes.Zip(["primary", "replica"]))
        {
            Run("/usr/bin/install", "-d", "-o", "postgres", "-g", "postgres", "-m", "700", Path.Combine(_directory, node.Name));
            await File.WriteAllTextAsync(Path.Combine(_directory, $"{node.Name}.yml"), Configuration(node, clients));
            node.Patroni = Start("/usr/bin/setpriv", [.. AsPostgres, "/usr/bin/python3", "/usr/bin/patroni", Path.Combine(_directory, $"{node.Name}.yml")]);
            await UntilAsync(() => AnswersAsync(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{node.Rest}/{role}")), node.Name);
        }

        await UntilAsync(() => WriteAsync(_nodes[0], "create table if not exists t (id bigint)"), "the table");
    }

    /// <summary>Kills the whole leader node, Patroni first, and measures until the other one takes a row.</summary>
    public async Task<TimeSpan> MeasureAsync()
    {
        var (leader, other) = (_nodes[0], _nodes[1]);
        var postmaster = File.ReadLines(Path.Combine(_directory, leader.Name, "data", "postmaster.pid")).First();
        var startedAt = TimeProvider.System.GetTimestamp();
        Run("/bin/sh", "-c", string.Create(CultureInfo.InvariantCulture, $"kill -STOP {leader.Patroni!.Id} {postmaster}; pkill -KILL -P {postmaster}; kill -KILL {leader.Patroni.Id} {postmaster}; true"));
        while (!await WriteAsync(other, "insert into t values (1)"))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(30), TimeProvider.System);
        }

        return TimeProvider.System.GetElapsedTime(startedAt);
    }

    public void Dispose()
    {
        foreach (var process in Enumerable.Reverse(_started))
        {
            ChildProcess.Stop(process);
        }

        foreach (var postmaster in _nodes.Select(n => Path.Combine(_directory, n.Name, "data", "postmaster.pid")).Where(File.Exists).Select(static f => File.ReadLines(f).First()))
        {
            Run("/bin/sh", "-c", $"pkill -KILL -P {postmaster}; kill -KILL {postmaster}; true");
        }

        _http.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static void Run(string file, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
    }

    private Process Start(string file, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "log=$0; exec \"$@\" </dev/null >>\"$log\" 2>&1", Path.Combine(_directory, "log"), file, .. arguments]))!;
        _started.Add(process);
        return process;
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo, string what)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            if (TimeProvider.System.GetElapsedTime(startedAt) > StartLimit)
            {
                throw new TimeoutException($"{what} was not ready within {StartLimit.TotalSeconds} s");
            }

            await Task.Delay(Poll, TimeProvider.System);
        }
    }

    private async Task<bool> AnswersAsync(string url)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri(url));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception silent) when (silent is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    private static async Task<bool> WriteAsync(Node node, string statement)
    {
        try
        {
            await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = node.Port, Username = "postgres", Database = "postgres", Pooling = false, SslMode = SslMode.Disable, Timeout = 1, CommandTimeout = 1 }.ConnectionString);
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private string Configuration(Node node, int etcd) => string.Create(CultureInfo.InvariantCulture, $$$"""
        scope: benchmark
        name: {{{node.Name}}}
        restapi: {listen: '127.0.0.1:{{{node.Rest}}}', connect_address: '127.0.0.1:{{{node.Rest}}}'}
        etcd3: {host: '127.0.0.1:{{{etcd}}}'}
        bootstrap:
          dcs:
            ttl: 20
            loop_wait: 2
            retry_timeout: 3
            maximum_lag_on_failover: 1048576
            postgresql: {use_pg_rewind: true, use_slots: true, parameters: {wal_log_hints: 'on', fsync: 'off', shared_buffers: 16MB, max_connections: 50}}
          initdb: [{auth: trust}, data-checksums]
        postgresql:
          listen: 127.0.0.1:{{{node.Port}}}
          connect_address: 127.0.0.1:{{{node.Port}}}
          data_dir: {{{_directory}}}/{{{node.Name}}}/data
          bin_dir: {{{Programs}}}
          pgpass: {{{_directory}}}/{{{node.Name}}}/pgpass
          parameters: {unix_socket_directories: '{{{_directory}}}/{{{node.Name}}}'}
          authentication: {superuser: {username: postgres, password: x}, replication: {username: postgres, password: x}, rewind: {username: postgres, password: x}}
        """);

    private sealed record Node(string Name, int Port, int Rest)
    {
        public Process? Patroni { get; set; }

        public static Node New(string name) => new(name, ChildProcess.FreePort(), ChildProcess.FreePort());
    }
}
