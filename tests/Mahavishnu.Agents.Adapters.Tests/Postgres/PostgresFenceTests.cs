using Mahavishnu.Agents.Adapters.Postgres;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.TestKit.Servers;
using Npgsql;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Postgres.PostgresCluster;

namespace Mahavishnu.Agents.Adapters.Tests.Postgres;

public sealed class PostgresFenceTests : IClassFixture<PostgresCluster>
{
    private readonly PostgresCluster _cluster;

    public PostgresFenceTests(PostgresCluster cluster)
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        _cluster = cluster;
    }

    [Fact]
    public async Task Fence_ApplicationConnected_EndsItsSessionsAndLetsNoneIn()
    {
        var database = await _cluster.DatabaseAsync();
        var node = _cluster.Node(database);
        await using var idle = await _cluster.ApplicationAsync(database);
        await using var writing = await _cluster.ApplicationAsync(database);
        await RunAsync(writing, "begin; insert into orders values (1)");

        var fence = Value(await node.FenceAsync(7, Deadline, Cancellation));

        Assert.Equal((7, true, null), (fence.Token, fence.Fenced, fence.Region));
        Assert.NotNull(fence.FencedAt);
        await Assert.ThrowsAsync<PostgresException>(() => RunAsync(idle, "select 1"));
        await Assert.ThrowsAsync<PostgresException>(() => RunAsync(writing, "commit"));
        Assert.Equal("42501", await _cluster.ErrorAsync(Application, database, "select 1"));
        Assert.Equal(0, await _cluster.Server.ValueAsync<long>(database, "select count(*) from orders", Cancellation));
        Assert.Equal("25006", await _cluster.ErrorAsync("postgres", database, "insert into orders values (2)"));
    }

    [Fact]
    public async Task Fence_Repeated_GivesTheSamePosition()
    {
        var database = await _cluster.DatabaseAsync();
        var node = _cluster.Node(database);

        var first = Value(await node.FenceAsync(1, Deadline, Cancellation));
        await _cluster.Server.ExecuteAsync("postgres", "select pg_logical_emit_message(false, 'test', 'the log goes on')", Cancellation);
        var second = Value(await node.FenceAsync(1, Deadline, Cancellation));

        Assert.Equal(first, second);
    }

    [Fact]
    public async Task Fence_StaleToken_IsRefusedNamingBothAndChangesNothing()
    {
        var database = await _cluster.DatabaseAsync();
        var node = _cluster.Node(database);
        var open = Value(await node.OpenAsync(12, Deadline, Cancellation));

        var refusals = new[] { await node.FenceAsync(11, Deadline, Cancellation), await node.OpenAsync(11, Deadline, Cancellation), await node.PromoteAsync(11, TimeSpan.FromSeconds(1), Deadline, Cancellation) };

        Assert.All(refusals, static refusal =>
        {
            var reason = Assert.IsType<DataAnswer<PostgresFence>.Refused>(refusal).Reason;
            Assert.Contains("token 11 is stale", reason, StringComparison.Ordinal);
            Assert.Contains("12", reason, StringComparison.Ordinal);
            Assert.Contains("eu-west-1 at 127.0.0.1:", reason, StringComparison.Ordinal);
        });
        Assert.Equal(open, Value(await node.ReadAsync(Deadline, Cancellation)).Fence);
        Assert.Null(await _cluster.ErrorAsync(Application, database, "insert into orders values (1)"));
    }

    [Fact]
    public async Task Fence_WhileTheApplicationWrites_LiesAtOrAfterItsLastCommit()
    {
        var database = await _cluster.DatabaseAsync();
        var slot = $"writes_{database}";
        await _cluster.Server.ExecuteAsync(database, $"select pg_create_logical_replication_slot('{slot}', 'test_decoding')", Cancellation);
        var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(() => WriteUntilEndedAsync(database, writer * 1_000_000), Cancellation)).ToList();
        await UntilAsync(() => _cluster.Server.ValueAsync<long>(database, "select count(*) from orders", Cancellation), static rows => rows > 100);

        var fence = Value(await _cluster.Node(database).FenceAsync(1, Deadline, Cancellation));

        var last = await _cluster.Server.ValueAsync<string>(
            database,
            $"with changes as materialized (select * from pg_logical_slot_get_changes('{slot}', null, null)) select max(lsn)::text from changes where xid::text in (select xid::text from changes where data like 'table public.orders: INSERT%')",
            Cancellation);
        var rows = await _cluster.Server.ValueAsync<long>(database, "select count(*) from orders", Cancellation);
        Assert.True(fence.FencedAt >= PostgresLsn.Parse(last), $"fenced at {fence.FencedAt}, last commit {last}");
        var acknowledged = await Task.WhenAll(writers);
        Assert.True(rows >= acknowledged.Sum(), $"{rows} rows, {acknowledged.Sum()} acknowledged");
        await _cluster.Server.ExecuteAsync(database, $"select pg_drop_replication_slot('{slot}')", Cancellation);
    }

    [Fact]
    public async Task Fence_SessionThatIsJustStarting_IsWaitedForAndEnded()
    {
        var database = await _cluster.DatabaseAsync();
        var settings = new NpgsqlConnectionStringBuilder
        {
            // Sleeps after the right to connect was checked, and before the session is listed.
            Host = "127.0.0.1", Port = _cluster.Server.Port, Username = Application, Database = database, Pooling = false, SslMode = SslMode.Disable, Options = "-c post_auth_delay=1",
        };
        await using var starting = new NpgsqlConnection(settings.ConnectionString);
        var connecting = starting.OpenAsync(Cancellation);
        await UntilAsync(
            () => _cluster.Server.ValueAsync<bool>("postgres", $"select exists (select from pg_locks l join pg_database d on d.oid = l.objid and l.classid = 'pg_database'::regclass where d.datname = '{database}' and l.mode = 'RowExclusiveLock')", Cancellation),
            static seen => seen);

        Value(await _cluster.Node(database).FenceAsync(1, Deadline, Cancellation));

        Assert.Equal(0, await _cluster.Server.ValueAsync<long>(database, "select count(*) from pg_stat_activity where usename = 'app' and datname = current_database()", Cancellation));
        await Assert.ThrowsAnyAsync<NpgsqlException>(async () =>
        {
            await connecting;
            await RunAsync(starting, "insert into orders values (1)");
        });
    }

    [Fact]
    public async Task Fence_RoleThatInheritsTheApplications_IsKeptOutToo()
    {
        var database = await _cluster.DatabaseAsync();
        await _cluster.Server.ExecuteAsync("postgres", "drop role if exists worker; create role worker login in role app", Cancellation);
        await using var session = await _cluster.Server.ConnectAsync("worker", database, Cancellation);

        Value(await _cluster.Node(database).FenceAsync(1, Deadline, Cancellation));

        await Assert.ThrowsAsync<PostgresException>(() => RunAsync(session, "select 1"));
        Assert.Equal("42501", await _cluster.ErrorAsync("worker", database, "select 1"));
        await _cluster.Server.ExecuteAsync("postgres", "drop role worker", Cancellation);
    }

    [Fact]
    public async Task Fence_ApplicationWithAnotherGrant_IsRefusedAndChangesNothing()
    {
        var database = await _cluster.DatabaseAsync();
        var node = _cluster.Node(database);
        await _cluster.Server.ExecuteAsync("postgres", $"create role back_door_{database}; grant connect on database {database} to back_door_{database}; grant back_door_{database} to app", Cancellation);

        var answer = await node.FenceAsync(1, Deadline, Cancellation);
        await _cluster.Server.ExecuteAsync(database, $"drop owned by back_door_{database}; drop role back_door_{database}", Cancellation);

        Assert.Contains("may still connect", Assert.IsType<DataAnswer<PostgresFence>.Refused>(answer).Reason, StringComparison.Ordinal);
        Assert.Equal((0, false), (Value(await node.ReadAsync(Deadline, Cancellation)).Fence!.Token, Value(await node.ReadAsync(Deadline, Cancellation)).Fence!.Fenced));
        Assert.Null(await _cluster.ErrorAsync(Application, database, "insert into orders values (1)"));
    }

    [Fact]
    public async Task Fence_SessionThatCannotEnd_IsUnknownWithinTheDeadlineAndCompleteLater()
    {
        await using var own = await StartAsync();
        var database = await own.DatabaseAsync();
        var node = own.Node(database);
        await using var stuck = await own.ApplicationAsync(database);
        await own.Server.PauseAsync("app ", Cancellation);

        var answer = await node.FenceAsync(1, TimeSpan.FromSeconds(1), Cancellation);
        Assert.IsType<DataAnswer<PostgresFence>.Unknown>(answer);
        Assert.Null(Value(await node.ReadAsync(Deadline, Cancellation)).Fence!.FencedAt);
        await own.Server.ResumeAsync(Cancellation);

        Assert.NotNull(Value(await node.FenceAsync(1, Deadline, Cancellation)).FencedAt);
    }

    [Fact]
    public async Task Fence_DeadlinePassedWhileWaiting_DoesNotActLater()
    {
        var database = await _cluster.DatabaseAsync();
        var node = _cluster.Node(database);
        await using var holder = await _cluster.Server.ConnectAsync("postgres", database, Cancellation);
        await RunAsync(holder, "begin; select from mahavishnu.fence for update");

        var answer = await node.FenceAsync(1, TimeSpan.FromMilliseconds(500), Cancellation);
        await UntilAsync(
            () => _cluster.Server.ValueAsync<long>("postgres", $"select count(*) from pg_stat_activity where datname = '{database}' and wait_event_type = 'Lock'", Cancellation),
            static waiting => waiting == 0);
        await RunAsync(holder, "commit");

        Assert.IsType<DataAnswer<PostgresFence>.Unknown>(answer);
        Assert.Equal(new PostgresFence(0, false, null, null), Value(await node.ReadAsync(Deadline, Cancellation)).Fence);
    }

    [Fact]
    public async Task Fence_SynchronousStandbyGone_DoesNotWaitForItAsABeatDoes()
    {
        await using var own = await StartAsync();
        var database = await own.DatabaseAsync();
        var node = own.Node(database);
        await own.Server.ExecuteAsync("postgres", "alter system set synchronous_standby_names = 'gone'", Cancellation);
        await own.Server.ExecuteAsync("postgres", "select pg_reload_conf()", Cancellation);
        var beat = new PostgresBeat("a", 1, new DateTimeOffset(2026, 5, 6, 7, 8, 9, TimeSpan.Zero));
        await UntilAsync(() => node.BeatAsync(beat, TimeSpan.FromMilliseconds(500), Cancellation), static answer => answer is DataAnswer<PostgresBeat>.Unknown);

        Assert.True(Value(await node.FenceAsync(1, Deadline, Cancellation)).Fenced);
        Assert.False(Value(await node.OpenAsync(1, Deadline, Cancellation)).Fenced);
    }

    /// <summary>Gives how many rows were acknowledged before the session was ended.</summary>
    private async Task<long> WriteUntilEndedAsync(string database, int first)
    {
        var acknowledged = 0L;
        try
        {
            await using var connection = await _cluster.ApplicationAsync(database);
            await RunAsync(connection, "set synchronous_commit = off");
            while (true)
            {
                await RunAsync(connection, FormattableString.Invariant($"insert into orders values ({first + acknowledged})"));
                acknowledged++;
            }
        }
        catch (NpgsqlException)
        {
            return acknowledged; // The fence.
        }
    }
}
