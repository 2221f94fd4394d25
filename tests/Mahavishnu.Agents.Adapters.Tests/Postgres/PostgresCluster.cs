using System.Globalization;
using Mahavishnu.Agents.Adapters.Postgres;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.TestKit.Servers;
using Npgsql;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.Postgres;

/// <summary>A real cluster, with an application's role and databases. Also the fixture of tests that need no more than a database.</summary>
public sealed class PostgresCluster : IAsyncLifetime
{
    public const string Agent = "agent";
    public const string Application = "app";
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private readonly List<PostgresNode> _nodes = [];
    private int _databases;

    public static RegionId Eu { get; } = new("eu-west-1");

    public static RegionId Us { get; } = new("us-east-1");

    public PostgresServer Server { get; private set; } = null!;

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<PostgresCluster> StartAsync(params string[] settings)
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        var cluster = new PostgresCluster { Server = await PostgresServer.CreateAsync(settings, Cancellation) };
        await cluster.Server.ExecuteAsync("postgres", $"create role {Application} login", Cancellation);
        return cluster;
    }

    /// <summary>Another cluster around a standby of this one.</summary>
    public async Task<PostgresCluster> StandbyAsync(string name = "copy") => new() { Server = await Server.CreateStandbyAsync(name, Cancellation) };

    /// <summary>A database of its own for a test, with a table of the application in it.</summary>
    public async Task<string> DatabaseAsync(bool install = true)
    {
        var database = string.Create(CultureInfo.InvariantCulture, $"db{Interlocked.Increment(ref _databases)}");
        await Server.ExecuteAsync("postgres", $"create database {database}", Cancellation);
        await Server.ExecuteAsync(database, $"create table orders (id int primary key); alter table orders owner to {Application}", Cancellation);
        if (install)
        {
            Assert.IsType<DataAnswer<int>.Ok>(await InstallAsync(database));
        }

        return database;
    }

    public Task<DataAnswer<int>> InstallAsync(string database) => PostgresInstaller.InstallAsync(
        Options(database, "postgres"), Names(database), TimeProvider.System, Deadline, Cancellation);

    public static PostgresInstallOptions Names(string database) => new() { Database = database, ApplicationRole = Application, AgentRole = Agent };

    public PostgresOptions Options(string database, string role = Agent) =>
        new() { Region = Eu, Host = "127.0.0.1", Port = Server.Port, Database = database, Username = role, Tls = PostgresTls.Disable };

    /// <summary>The agent's view of a database, disposed of with the cluster.</summary>
    public PostgresNode Node(string database, RegionId? region = null) => Node(Options(database) with { Region = region ?? Eu });

    public PostgresNode Node(PostgresOptions options)
    {
        var node = new PostgresNode(options, TimeProvider.System);
        _nodes.Add(node);
        return node;
    }

    /// <summary>A session of the application.</summary>
    public Task<NpgsqlConnection> ApplicationAsync(string database) => Server.ConnectAsync(Application, database, Cancellation);

    public static async Task RunAsync(NpgsqlConnection connection, string statement)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    /// <summary>The error code that a statement of a role ends with; null when it succeeds.</summary>
    public async Task<string?> ErrorAsync(string role, string database, string statement)
    {
        try
        {
            await using var connection = await Server.ConnectAsync(role, database, Cancellation);
            await RunAsync(connection, statement);
            return null;
        }
        catch (PostgresException error)
        {
            return error.SqlState;
        }
    }

    /// <summary>The value of a usable answer.</summary>
    public static T Value<T>(DataAnswer<T> answer) => Assert.IsType<DataAnswer<T>.Ok>(answer).Value;

    /// <summary>Asks until an answer is as hoped, which the test's own timeout bounds.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> hoped)
    {
        while (true)
        {
            var answer = await ask();
            if (hoped(answer))
            {
                return answer;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancellation);
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (PostgresServer.Missing is null)
        {
            var started = await StartAsync();
            Server = started.Server;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        if (Server is not null)
        {
            await Server.DisposeAsync();
        }
    }
}
