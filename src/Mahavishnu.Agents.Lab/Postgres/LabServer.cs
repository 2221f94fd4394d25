using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Mahavishnu.Agents.Lab.Postgres;

/// <summary>
/// A real server of PostgreSQL, without safety on disk. A shell that waits for its own input to close holds it: when the lab
/// ends, however it ends, the server is stopped.
/// </summary>
/// <param name="programs">The programs.</param>
/// <param name="directory">Where its data and its log are.</param>
/// <param name="port">Its port on 127.0.0.1.</param>
/// <param name="time">The clock.</param>
internal sealed class LabServer(PostgresPrograms programs, string directory, int port, TimeProvider time) : IAsyncDisposable
{
    private const string Keeper = "log=$0; \"$@\" </dev/null >>\"$log\" 2>&1 & server=$!; echo \"$server\"; read -r end; kill -QUIT \"$server\" 2>/dev/null; wait \"$server\"";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);
    private static readonly string[] Settings =
    [
        "listen_addresses='127.0.0.1'", "unix_socket_directories=''", "fsync=off", "shared_buffers=16MB", "max_connections=60",
        "autovacuum=off", "wal_retrieve_retry_interval='100ms'",
    ];

    private Process? _keeper;
    private string? _postmaster;

    /// <summary>Its port on 127.0.0.1.</summary>
    public int Port => port;

    private string Data => Path.Combine(directory, "data");

    /// <summary>Makes a new cluster and starts it.</summary>
    /// <exception cref="LabException">It did not start.</exception>
    public async Task CreateAsync(IEnumerable<string> settings, CancellationToken cancellationToken)
    {
        await PostgresPrograms.MakeDirectoryAsync(Data, cancellationToken);
        await PostgresPrograms.RunAsync(programs.Command("initdb", "-D", Data, "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C"), cancellationToken);
        await StartAsync([.. Settings, .. settings], cancellationToken);
    }

    /// <summary>Makes a standby of another server in the place of whatever was here, and starts it.</summary>
    /// <param name="primary">The server to follow.</param>
    /// <param name="name">The name of its connection and of its slot there.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LabException">It did not start.</exception>
    public async Task FollowAsync(LabServer primary, string name, CancellationToken cancellationToken)
    {
        await KillAsync(cancellationToken);
        if (System.IO.Directory.Exists(Data))
        {
            System.IO.Directory.Delete(Data, recursive: true);
        }

        await PostgresPrograms.MakeDirectoryAsync(Data, cancellationToken);
        await primary.ExecuteAsync("postgres", $"select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = '{name}'", cancellationToken);
        await PostgresPrograms.RunAsync(
            programs.Command(
                "pg_basebackup", "-D", Data, "-R", "-X", "stream", "-c", "fast", "-C", "-S", name, "--no-sync", "-d",
                string.Create(CultureInfo.InvariantCulture, $"host=127.0.0.1 port={primary.Port} user=postgres application_name={name}")),
            cancellationToken);
        await StartAsync(["synchronous_standby_names=''"], cancellationToken); // Its own, for when it is the primary.
    }

    /// <summary>Kills all its processes (SIGKILL), as a power failure would, and waits until they are gone.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        if (_keeper is not { } keeper)
        {
            return;
        }

        // Stopped first, so that it makes no more children.
        await PostgresPrograms.RunAsync(["/bin/sh", "-c", "kill -STOP \"$0\"; pkill -KILL -P \"$0\"; kill -KILL \"$0\"; true", _postmaster!], cancellationToken);
        keeper.StandardInput.Close();
        await keeper.WaitForExitAsync(cancellationToken);
        keeper.Dispose();
        _keeper = null;
    }

    /// <summary>Runs statements as the superuser.</summary>
    public async Task ExecuteAsync(string database, string statements, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(database, cancellationToken);
        await using var command = new NpgsqlCommand(statements, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A connection of the superuser that is not pooled.</summary>
    public async Task<NpgsqlConnection> ConnectAsync(string database, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = port, Username = "postgres", Database = database, Pooling = false, SslMode = SslMode.Disable }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    /// <summary>Kills it.</summary>
    public async ValueTask DisposeAsync() => await KillAsync(CancellationToken.None);

    private async Task StartAsync(IEnumerable<string> settings, CancellationToken cancellationToken)
    {
        var log = Path.Combine(directory, "log");
        await File.AppendAllLinesAsync(Path.Combine(Data, "postgresql.conf"), [.. settings, string.Create(CultureInfo.InvariantCulture, $"port={port}")], cancellationToken);
        _keeper = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Keeper, log, .. programs.Command("postgres", "-D", Data)]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        _postmaster = await _keeper.StandardOutput.ReadLineAsync(cancellationToken);
        var startedAt = time.GetTimestamp();
        while (!await AnswersAsync(cancellationToken))
        {
            if (time.GetElapsedTime(startedAt) > StartLimit)
            {
                throw new LabException($"PostgreSQL did not answer on port {port.ToString(CultureInfo.InvariantCulture)} within {StartLimit.TotalSeconds} s. It said:{Environment.NewLine}{string.Join(Environment.NewLine, File.ReadLines(log).TakeLast(20))}");
            }

            await Task.Delay(PollInterval, time, cancellationToken);
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await ConnectAsync("postgres", cancellationToken);
            return true;
        }
        catch (NpgsqlException)
        {
            return false; // Not yet.
        }
    }
}
