using Mahavishnu.Agents.Adapters.Postgres;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.TestKit.Servers;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Postgres.PostgresCluster;

namespace Mahavishnu.Agents.Adapters.Tests.Postgres;

/// <summary>What is made of servers that are away, frozen, closed to us, or no servers at all.</summary>
public sealed class PostgresConnectionTests : IClassFixture<PostgresCluster>
{
    private static readonly PostgresBeat Beat = new("a", 1, new DateTimeOffset(2026, 5, 6, 7, 8, 9, TimeSpan.Zero));
    private readonly PostgresCluster _cluster;

    public PostgresConnectionTests(PostgresCluster cluster)
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        _cluster = cluster;
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("no-such-host.invalid")]
    public async Task Down_IsUnreachableByName(string host)
    {
        var port = LocalServer.FreePort();
        var node = _cluster.Node(_cluster.Options("postgres") with { Host = host, Port = port });

        var reason = Assert.IsType<DataAnswer<PostgresBeat>.Unreachable>(await node.BeatAsync(Beat, Deadline, Cancellation)).Reason;

        Assert.Contains(FormattableString.Invariant($"PostgreSQL of eu-west-1 at {host}:{port}"), reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KilledAndStartedAgain_IsUnreachableAndThenAnswersAtOnce()
    {
        await using var own = await StartAsync();
        var node = own.Node(await own.DatabaseAsync());
        Value(await node.BeatAsync(Beat, Deadline, Cancellation));

        await own.Server.KillAsync();
        Assert.IsType<DataAnswer<PostgresBeat>.Unreachable>(await node.BeatAsync(Beat, Deadline, Cancellation));
        await own.Server.StartAsync(Cancellation);
        Value(await node.BeatAsync(Beat, Deadline, Cancellation));

        await own.Server.StopAsync(Cancellation);
        await own.Server.StartAsync(Cancellation);
        Value(await node.BeatAsync(Beat, Deadline, Cancellation));
    }

    [Fact]
    public async Task Frozen_HoldsNoDeadlineAndAnswersWhenItGoesOn()
    {
        await using var own = await StartAsync();
        var database = await own.DatabaseAsync();
        var (known, unknown) = (own.Node(database), own.Node(own.Options(database) with { ConnectTimeout = TimeSpan.FromMilliseconds(300) }));
        Value(await known.BeatAsync(Beat, Deadline, Cancellation));
        await own.Server.PauseAsync(null, Cancellation);

        var startedAt = TimeProvider.System.GetTimestamp();
        var connected = await known.BeatAsync(Beat, TimeSpan.FromMilliseconds(500), Cancellation);
        var took = TimeProvider.System.GetElapsedTime(startedAt);
        var connecting = await unknown.ReadAsync(Deadline, Cancellation);
        await own.Server.ResumeAsync(Cancellation);

        Assert.Contains("no answer within 0.5 s", Assert.IsType<DataAnswer<PostgresBeat>.Unknown>(connected).Reason, StringComparison.Ordinal);
        Assert.InRange(took, TimeSpan.FromMilliseconds(490), TimeSpan.FromMilliseconds(1500));
        Assert.Contains("no connection within 0.3 s", Assert.IsType<DataAnswer<PostgresReading>.Unreachable>(connecting).Reason, StringComparison.Ordinal);
        Value(await known.BeatAsync(Beat, Deadline, Cancellation));
        Value(await unknown.ReadAsync(Deadline, Cancellation));
    }

    [Fact]
    public async Task Cancelled_ThrowsAtOnce()
    {
        await using var own = await StartAsync();
        var node = own.Node(await own.DatabaseAsync());
        Value(await node.BeatAsync(Beat, Deadline, Cancellation));
        await own.Server.PauseAsync(null, Cancellation);
        using var cancelled = new CancellationTokenSource();

        var reading = node.ReadAsync(TimeSpan.FromMinutes(5), cancelled.Token);
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => node.ReadAsync(Deadline, cancelled.Token));
    }

    [Fact]
    public async Task Password_WrongOrMissing_IsRefusedUntilItIsRotated()
    {
        const string right = "correct horse; battery='staple'";
        await using var own = await StartAsync();
        var database = await own.DatabaseAsync();
        await own.Server.ExecuteAsync("postgres", $"alter role {Agent} password '{right.Replace("'", "''", StringComparison.Ordinal)}'", Cancellation);
        await own.Server.RequirePasswordAsync(Agent, Cancellation);
        string? password = "wrong-password-43";
        var node = own.Node(own.Options(database) with { Password = () => password });

        var wrong = Assert.IsType<DataAnswer<PostgresReading>.Refused>(await node.ReadAsync(Deadline, Cancellation)).Reason;
        password = null;
        var missing = Assert.IsType<DataAnswer<PostgresReading>.Refused>(await node.ReadAsync(Deadline, Cancellation)).Reason;
        password = right;
        Value(await node.ReadAsync(Deadline, Cancellation));

        Assert.Contains("does not let role agent in", wrong, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-password-43", wrong, StringComparison.Ordinal);
        Assert.Contains("none is configured", missing, StringComparison.Ordinal);
    }

    [Theory]
    //          role       database     reason
    [InlineData("agent",   "nowhere",   "database \"nowhere\" does not exist")]
    [InlineData("nobody",  "postgres",  "role \"nobody\" does not exist")]
    public async Task Connect_UnknownName_IsRefused(string role, string database, string reason)
    {
        await _cluster.DatabaseAsync();

        var answer = await _cluster.Node(_cluster.Options(database, role)).ReadAsync(Deadline, Cancellation);

        Assert.Contains(reason, Assert.IsType<DataAnswer<PostgresReading>.Refused>(answer).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_RoleThatMayNotConnect_IsRefused()
    {
        var database = await _cluster.DatabaseAsync();
        await _cluster.Server.ExecuteAsync("postgres", $"revoke connect on database {database} from {Agent}", Cancellation);

        var answer = await _cluster.Node(database).ReadAsync(Deadline, Cancellation);

        Assert.Contains("does not let role agent in", Assert.IsType<DataAnswer<PostgresReading>.Refused>(answer).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_TooOld_IsRefused()
    {
        await using var old = new FakePostgres(FakePostgres.Greeting, FakePostgres.Facts(120004));

        var answer = await _cluster.Node(_cluster.Options("db") with { Port = old.Port }).ReadAsync(Deadline, Cancellation);

        Assert.Contains("120004", Assert.IsType<DataAnswer<PostgresReading>.Refused>(answer).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("57P01")]
    [InlineData("58030")]
    [InlineData("XX000")]
    public async Task Fatal_InsteadOfAnAnswer_IsUnknown(string code)
    {
        await using var ending = new FakePostgres(FakePostgres.Greeting, FakePostgres.Fatal(code));

        var answer = await _cluster.Node(_cluster.Options("db") with { Port = ending.Port }).BeatAsync(Beat, Deadline, Cancellation);

        Assert.Contains(code, Assert.IsType<DataAnswer<PostgresBeat>.Unknown>(answer).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nonsense_InsteadOfAGreeting_IsUnreachable()
    {
        await using var web = new FakePostgres("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), []);

        var answer = await _cluster.Node(_cluster.Options("db") with { Port = web.Port }).ReadAsync(Deadline, Cancellation);

        Assert.IsType<DataAnswer<PostgresReading>.Unreachable>(answer);
    }

    [Theory]
    [InlineData(true,  100)]
    [InlineData(false, 25)]
    public async Task Nonsense_Random_IsNeverAnExceptionOrASuccess(bool greets, int rounds)
    {
        var random = new Random(20260506);
        for (var round = 0; round < rounds; round++)
        {
            byte[] whole = [.. FakePostgres.Greeting, .. FakePostgres.Facts(150000)];
            for (var edits = random.Next(1, 8); edits > 0; edits--)
            {
                whole[random.Next(greets ? FakePostgres.Greeting.Length : 0, whole.Length)] = (byte)random.Next(256);
            }

            var cut = FakePostgres.Greeting.Length;
            await using var fake = new FakePostgres(whole[..cut], whole[cut..random.Next(cut, whole.Length + 1)]);
            await using var node = new PostgresNode(_cluster.Options("db") with { Port = fake.Port, ConnectTimeout = TimeSpan.FromMilliseconds(100) }, TimeProvider.System);

            for (var call = 0; call < 5; call++) // One more than its pool holds.
            {
                var answer = await node.BeatAsync(Beat, TimeSpan.FromMilliseconds(200), Cancellation);

                Assert.NotNull(answer.Problem);
            }
        }
    }
}
