using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Mahavishnu.Agents.Adapters.Probes;
using Mahavishnu.Agents.Adapters.Stores;
using Npgsql;

namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>Makes calls to one server, each within its deadline, and sorts what comes of them.</summary>
internal sealed class PostgresCalls : IAsyncDisposable
{
    /// <summary>The oldest version that is supported: 13, the first with <c>wal_status</c> of slots.</summary>
    private const int OldestVersion = 130000;

    private readonly PostgresOptions _options;
    private readonly TimeProvider _time;
    private readonly CertificateCheck _certificate;
    private readonly X509Certificate2Collection? _roots;
    private NpgsqlDataSource _source;

    /// <summary>Opens no connection yet.</summary>
    public PostgresCalls(PostgresOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _certificate = new CertificateCheck(options.Host);
        _roots = PostgresSource.Roots(options);
        _source = PostgresSource.Create(options, _certificate, _roots);
        Name = string.Create(CultureInfo.InvariantCulture, $"PostgreSQL of {options.Region} at {options.Host}:{options.Port}");
    }

    /// <summary>What a reason calls the server.</summary>
    public string Name { get; }

    /// <summary>Runs one call on a connection that has just answered.</summary>
    /// <param name="call">Gets a token that is cancelled when nobody waits for it any more; may throw whatever the driver throws.</param>
    /// <param name="deadline">For the whole, connecting included. Nothing holds it: a driver that does not come back is left behind.</param>
    /// <param name="cancellationToken">The only thing that makes this throw.</param>
    public async Task<DataAnswer<T>> RunAsync<T>(
        Func<PostgresSession, CancellationToken, Task<DataAnswer<T>>> call, TimeSpan deadline, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(deadline, TimeSpan.Zero);
        cancellationToken.ThrowIfCancellationRequested();

        var attempt = new Attempt();
        var running = Task.Run(() => TryAsync(call, attempt), CancellationToken.None);
        try
        {
            return await running.WaitAsync(deadline, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return attempt.Connected
                ? new DataAnswer<T>.Unknown($"{Name}: no answer within {Seconds(deadline)}")
                : new DataAnswer<T>.Unreachable($"{Name}: no connection within {Seconds(deadline)}");
        }
        finally
        {
            // Cancelling makes the driver ask the server to stop, over a new connection and without await: not on this thread.
            _ = running.IsCompleted ? Task.CompletedTask : Task.Run(attempt.Stop.Cancel, CancellationToken.None);
        }
    }

    /// <summary>A refusal that names the server.</summary>
    public DataAnswer<T> Refuse<T>(string reason) => new DataAnswer<T>.Refused($"{Name} {reason}");

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private async Task<DataAnswer<T>> TryAsync<T>(Func<PostgresSession, CancellationToken, Task<DataAnswer<T>>> call, Attempt attempt)
    {
        // A pooled connection may have died since it was used last. That is noticed by a question that changes nothing.
        return await OnceAsync(call, attempt, last: false) ?? (await OnceAsync(call, attempt, last: true))!;
    }

    /// <summary>Null when the connection was dead and another is worth a try.</summary>
    private async Task<DataAnswer<T>?> OnceAsync<T>(Func<PostgresSession, CancellationToken, Task<DataAnswer<T>>> call, Attempt attempt, bool last)
    {
        var stop = attempt.Stop.Token;
        attempt.Connected = false;
        NpgsqlConnection? connection = null;
        var known = false;
        try
        {
            connection = await ConnectAsync(stop);
            attempt.Connected = true;
            var facts = await PostgresFacts.AskAsync(connection, stop);
            known = true;
            return facts.Version < OldestVersion
                ? Refuse<T>($"has version {facts.Version}; at least {OldestVersion} (PostgreSQL 13) is needed")
                : await call(new PostgresSession(connection, facts), stop);
        }
        catch (OperationCanceledException)
        {
            // Nobody waits for this answer: either the connection came too late, or the deadline has passed.
            return new DataAnswer<T>.Unreachable($"{Name}: no connection within {Seconds(_options.ConnectTimeout)}");
        }
        catch (Exception failure) when (PostgresFailures.IsOutside(failure))
        {
            if (connection is null)
            {
                return PostgresFailures.Connecting<T>(Name, _options.Username, _certificate.Problem, failure);
            }

            var broken = PostgresFailures.IsBroken(failure);
            if (broken)
            {
                _source.Clear();
            }

            return broken && !known && !last ? null : PostgresFailures.Answering<T>(Name, failure);
        }
        finally
        {
            await ReturnAsync(connection);
        }
    }

    /// <summary>Gives a connection back. One that cannot be, since rubbish broke it in the middle, would stay in the pool's count: the pool is replaced.</summary>
    private async Task ReturnAsync(NpgsqlConnection? connection)
    {
        try
        {
            await (connection?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
        catch (Exception failure) when (PostgresFailures.IsOutside(failure))
        {
            await Interlocked.Exchange(ref _source, PostgresSource.Create(_options, _certificate, _roots)).DisposeAsync();
        }
    }

    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken stop)
    {
        _certificate.Reset();
        using var tooLong = new CancellationTokenSource(_options.ConnectTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, tooLong.Token);
        try
        {
            return await _source.OpenConnectionAsync(either.Token);
        }
        catch (Exception failure) when (failure is not PostgresException && PostgresFailures.IsOutside(failure) && either.IsCancellationRequested)
        {
            // The driver calls it a failure of its own when it was cut off in the middle of a greeting.
            throw new OperationCanceledException("The server did not finish its greeting in time.", failure, either.Token);
        }
    }

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");

    /// <summary>How far a call has come, for whoever stops waiting for it.</summary>
    private sealed class Attempt
    {
        private volatile bool _connected;

        /// <summary>Not disposed of: without a timer there is nothing to free, and it may be cancelled when all is over.</summary>
        public CancellationTokenSource Stop { get; } = new();

        public bool Connected
        {
            get => _connected;
            set => _connected = value;
        }
    }
}
