using System.Globalization;
using Mahavishnu.Agents.TestKit.Network;
using Npgsql;

namespace Mahavishnu.Agents.TestKit.Servers;

/// <summary>A real PostgreSQL cluster on this machine, light and without safety on disk. Whoever connects from here is trusted.</summary>
/// <remarks>
/// It runs as <c>postgres</c>, since it refuses to run as root, in a process namespace of its own: when the first process of that
/// is killed, so is the rest, frozen ones included.
/// </remarks>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Programs = "/usr/lib/postgresql/15/bin";
    private static readonly string[] AsPostgres =
        ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--pdeathsig=KILL"];

    private readonly LocalServer _server = new();

    private PostgresServer()
    {
    }

    /// <summary>Why it cannot run here; null when it can.</summary>
    public static string? Missing { get; } =
        !File.Exists($"{Programs}/postgres") ? $"{Programs}/postgres is missing: install Debian's package postgresql-15 to run this test." :
        Environment.UserName != "root" ? "Only root may start PostgreSQL as user postgres: run this test as root." : null;

    /// <summary>Its port on the loopback address.</summary>
    public int Port { get; } = LocalServer.FreePort();

    private string Data => Path.Combine(_server.Directory, "data");

    /// <summary>Makes a cluster and starts it.</summary>
    /// <param name="settings">Lines for its configuration.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task<PostgresServer> CreateAsync(IEnumerable<string> settings, CancellationToken cancellationToken) => CreateAsync(
        static server => [$"{Programs}/initdb", "-D", server.Data, "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C"],
        [
            "listen_addresses='127.0.0.1'", "unix_socket_directories=''", "wal_level=logical", "fsync=off", "shared_buffers=16MB",
            "max_connections=40", "autovacuum=off", "wal_retrieve_retry_interval='100ms'", .. settings,
        ],
        cancellationToken);

    /// <summary>Makes a standby of this one and starts it.</summary>
    /// <param name="name">The name of its connection and of the slot that is made for it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<PostgresServer> CreateStandbyAsync(string name, CancellationToken cancellationToken) => CreateAsync(
        server =>
        [
            $"{Programs}/pg_basebackup", "-D", server.Data, "-R", "-X", "stream", "-c", "fast", "-C", "-S", name, "--no-sync", "-d",
            $"host=127.0.0.1 port={Port.ToString(CultureInfo.InvariantCulture)} user=postgres application_name={name}",
        ],
        [],
        cancellationToken);

    /// <summary>Starts it, also again after its end, and waits until it takes connections.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => _server.StartAsync(
        "/usr/bin/unshare", ["--pid", "--ipc", "--fork", .. AsPostgres, $"{Programs}/postgres", "-D", Data], () => AnswersAsync(cancellationToken), cancellationToken);

    /// <summary>Ends it by an immediate shutdown (SIGQUIT), without a last checkpoint, and waits until it is gone.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => EndAsync("-QUIT", cancellationToken);

    /// <summary>Kills all its processes (SIGKILL), frozen ones included, and waits until they are gone.</summary>
    public Task KillAsync() => EndAsync("-KILL", CancellationToken.None);

    /// <summary>Freezes it (SIGSTOP).</summary>
    /// <param name="title">Freezes only the child with this in its title, e.g. <c>startup</c>; null freezes every process.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task PauseAsync(string? title, CancellationToken cancellationToken)
    {
        var postmaster = await PostmasterAsync(cancellationToken);
        if (title is null)
        {
            await SignalAsync("-STOP", [postmaster], cancellationToken); // First, so that it makes no more children.
        }

        await SignalAsync("-STOP", await ChildrenAsync(postmaster, title, cancellationToken), cancellationToken);
    }

    /// <summary>Lets all go on (SIGCONT).</summary>
    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        var postmaster = await PostmasterAsync(cancellationToken);
        await SignalAsync("-CONT", [postmaster, .. await ChildrenAsync(postmaster, null, cancellationToken)], cancellationToken);
    }

    /// <summary>Lets a role in by its password only, from now on.</summary>
    public async Task RequirePasswordAsync(string role, CancellationToken cancellationToken)
    {
        var rules = Path.Combine(Data, "pg_hba.conf");
        await File.WriteAllTextAsync(rules, $"host all {role} 127.0.0.1/32 scram-sha-256\n{await File.ReadAllTextAsync(rules, cancellationToken)}", cancellationToken);
        await ExecuteAsync("postgres", "select pg_reload_conf()", cancellationToken);
    }

    /// <summary>Offers TLS from now on, with a certificate and its key in PEM.</summary>
    public async Task OfferTlsAsync(string certificate, string key, CancellationToken cancellationToken)
    {
        var (certificateFile, keyFile) = (Path.Combine(Data, "server.crt"), Path.Combine(Data, "server.key"));
        await File.WriteAllTextAsync(certificateFile, certificate, cancellationToken);
        await File.WriteAllTextAsync(keyFile, key, cancellationToken);
        await Command.RunAsync(["/bin/chown", "postgres", certificateFile, keyFile], cancellationToken);
        await Command.RunAsync(["/bin/chmod", "600", keyFile], cancellationToken);
        await ExecuteAsync("postgres", "alter system set ssl = on", cancellationToken);
        await ExecuteAsync("postgres", "select pg_reload_conf()", cancellationToken);
        while (await ValueAsync<string>("postgres", "select current_setting('ssl')", cancellationToken) != "on")
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>A connection that is not pooled.</summary>
    /// <exception cref="NpgsqlException">It was not let in.</exception>
    public async Task<NpgsqlConnection> ConnectAsync(string role, string database, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = Port, Username = role, Database = database, Pooling = false, SslMode = SslMode.Disable };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    /// <summary>Runs statements as the superuser.</summary>
    public async Task ExecuteAsync(string database, string statements, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync("postgres", database, cancellationToken);
        await using var command = new NpgsqlCommand(statements, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The one value that a question of the superuser has for an answer.</summary>
    public async Task<T> ValueAsync<T>(string database, string question, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync("postgres", database, cancellationToken);
        await using var command = new NpgsqlCommand(question, connection);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Kills it and removes its files.</summary>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await _server.DisposeAsync();
    }

    private static async Task<PostgresServer> CreateAsync(
        Func<PostgresServer, string[]> fill, IEnumerable<string> settings, CancellationToken cancellationToken)
    {
        var server = new PostgresServer();
        try
        {
            await Command.RunAsync(["/usr/bin/install", "-d", "-o", "postgres", "-g", "postgres", "-m", "700", server.Data], cancellationToken);
            await Command.RunAsync([.. AsPostgres, .. fill(server)], cancellationToken);
            await File.AppendAllLinesAsync(Path.Combine(server.Data, "postgresql.conf"), [.. settings, $"port={Text(server.Port)}"], cancellationToken);
            await server.StartAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private async Task EndAsync(string signal, CancellationToken cancellationToken)
    {
        if (_server.Runs)
        {
            // The parent of the first process ends when all are gone; it may have done so already.
            await Command.RunAsync(["/bin/sh", "-c", $"pkill {signal} -P {Text(_server.ProcessId)} || true"], cancellationToken);
            while (_server.Runs)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellationToken);
            }
        }

        await _server.KillAsync();
    }

    private static async Task SignalAsync(string signal, IEnumerable<string> processes, CancellationToken cancellationToken) =>
        await Command.RunAsync(["/bin/sh", "-c", $"kill {signal} {string.Join(' ', processes)} || true"], cancellationToken); // One may just have ended.

    private static async Task<string[]> ChildrenAsync(string parent, string? title, CancellationToken cancellationToken)
    {
        string[] filter = title is null ? [] : ["-f", title];
        return (await Command.RunAsync(["/usr/bin/pgrep", "-P", parent, .. filter], cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private async Task<string> PostmasterAsync(CancellationToken cancellationToken) =>
        (await ChildrenAsync(Text(_server.ProcessId), null, cancellationToken))[0];

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await ConnectAsync("postgres", "postgres", cancellationToken);
            return true;
        }
        catch (NpgsqlException)
        {
            return false; // Not yet.
        }
    }
}
