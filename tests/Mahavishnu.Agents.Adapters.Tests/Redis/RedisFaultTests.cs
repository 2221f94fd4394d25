using System.Net;
using System.Net.Sockets;
using Mahavishnu.Agents.Adapters.Redis;
using Mahavishnu.Agents.Adapters.Stores;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Redis.RedisWorld;

namespace Mahavishnu.Agents.Adapters.Tests.Redis;

/// <summary>Whatever a server does, a call ends in time and says what happened.</summary>
public sealed class RedisFaultTests : IAsyncDisposable
{
    private readonly RedisWorld _world = new();

    [Fact]
    public async Task ReadAsync_DownAndBack_IsUnreachableThenReadAgain()
    {
        var server = await _world.ServerAsync();
        var node = _world.Node(server);
        await ReadAsync(node);
        await server.Process.KillAsync();

        var down = await UntilAsync(() => node.ReadAsync(Deadline, Stop), static a => a is DataAnswer<RedisReading>.Unreachable);
        await server.StartAsync(Stop);
        await UntilAsync(() => node.ReadAsync(Deadline, Stop), static a => a is DataAnswer<RedisReading>.Ok);

        Assert.StartsWith($"eu-west-1 redis {server.Endpoint}: not connected: ", down.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_NeverUp_IsUnreachableAndFoundOnceUp()
    {
        var server = await _world.ServerAsync();
        await server.Process.KillAsync();
        var node = _world.Node(server);

        var down = await node.ReadAsync(Deadline, Stop);
        await server.StartAsync(Stop);
        await UntilAsync(() => node.ReadAsync(Deadline, Stop), static a => a is DataAnswer<RedisReading>.Ok);

        var unreachable = Assert.IsType<DataAnswer<RedisReading>.Unreachable>(down);
        Assert.Contains("refused", unreachable.Reason, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task ReadAsync_FrozenWhileConnected_IsUnknownWithinTheDeadline()
    {
        var server = await _world.ServerAsync();
        var node = _world.Node(server);
        await ReadAsync(node);
        await server.Process.PauseAsync(Stop);

        var (answer, took) = await TimedAsync(() => node.ReadAsync(TimeSpan.FromMilliseconds(300), Stop));
        await server.Process.ResumeAsync(Stop);
        await UntilAsync(() => node.ReadAsync(Deadline, Stop), static a => a is DataAnswer<RedisReading>.Ok);

        Assert.Equal($"eu-west-1 redis {server.Endpoint}: no answer within 0.3 s.", Assert.IsType<DataAnswer<RedisReading>.Unknown>(answer).Reason);
        Assert.InRange(took, TimeSpan.FromMilliseconds(290), TimeSpan.FromMilliseconds(1300));
    }

    [Theory]
    [InlineData(300)]  // before the attempt to connect ends
    [InlineData(2500)] // after
    public async Task ReadAsync_FrozenFromTheBeginning_IsUnreachableWithinTheDeadline(int deadlineMilliseconds)
    {
        var server = await _world.ServerAsync();
        await server.Process.PauseAsync(Stop);
        var deadline = TimeSpan.FromMilliseconds(deadlineMilliseconds);

        var (answer, took) = await TimedAsync(() => _world.Node(server).ReadAsync(deadline, Stop));

        Assert.Contains(server.Endpoint, Assert.IsType<DataAnswer<RedisReading>.Unreachable>(answer).Reason, StringComparison.Ordinal);
        Assert.InRange(took, TimeSpan.Zero, deadline + TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData("wrong")]
    [InlineData(null)]
    public async Task ReadAsync_WrongPassword_IsRefusedAndGoodOnceCorrected(string? wrong)
    {
        var server = await _world.StartAsync(new TestKit.Servers.RedisServer("--requirepass", "right") { ShellArguments = ["-a", "right"] });
        var password = wrong;
        var node = _world.Node(WithPassword(server.Port, () => password));

        var refused = await node.ReadAsync(Deadline, Stop);
        password = "right";
        await UntilAsync(() => node.ReadAsync(Deadline, Stop), static a => a is DataAnswer<RedisReading>.Ok);

        var reason = Assert.IsType<DataAnswer<RedisReading>.Refused>(refused).Reason;
        Assert.StartsWith($"eu-west-1 redis {server.Endpoint}: does not accept the configured user and password", reason, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_HttpServer_IsUnreachable()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var speaking = SpeakAsync(listener);
        var node = _world.Node(RedisWorld.Options(((IPEndPoint)listener.LocalEndpoint).Port));

        var answer = await node.ReadAsync(Deadline, Stop);

        Assert.IsType<DataAnswer<RedisReading>.Unreachable>(answer);
        listener.Stop();
        await speaking;
    }

    [Fact]
    public async Task Read_Loading_IsToldByName()
    {
        // 500 keys at 20 ms each are longer than this test.
        var server = await _world.ServerAsync("--key-load-delay", "20000", "--loading-process-events-interval-bytes", "1024");
        await server.RunAsync(Stop, "EVAL", "for i = 1, 500 do redis.call('SET', i, string.rep(i, 1000)) end", "0");
        await server.RunAsync(Stop, "SAVE");
        await server.Process.KillAsync();
        await server.StartAsync(Stop);
        var node = _world.Node(server);

        var reading = await node.ReadAsync(Deadline, Stop);
        var beats = await node.ReadBeatsAsync(Deadline, Stop);

        // Redis answers INFO meanwhile, but the library may be between two connections just then.
        Assert.True(reading is DataAnswer<RedisReading>.Ok { Value.Servers: [{ Persistence.Loading: true }] } || IsLoading(reading), reading.ToString());
        Assert.True(IsLoading(beats), beats.ToString());
        bool IsLoading<T>(DataAnswer<T> answer) =>
            answer is DataAnswer<T>.Unknown && answer.Problem!.StartsWith($"eu-west-1 redis {server.Endpoint}: answered 'LOADING", StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_HeldByAScript_IsUnknownByNameAndGoodOnceEnded()
    {
        var server = await _world.ServerAsync("--busy-reply-threshold", "50");
        var node = _world.Node(server);
        await ReadAsync(node);
        var script = server.RunAsync(Stop, "EVAL", "while true do end", "0");
        await UntilAsync(() => server.RunAsync(Stop, "PING"), static said => said.StartsWith("BUSY", StringComparison.Ordinal));

        var busy = await node.ReadAsync(Deadline, Stop);
        await server.RunAsync(Stop, "SCRIPT", "KILL");
        await script;
        await UntilAsync(() => node.ReadAsync(Deadline, Stop), static a => a is DataAnswer<RedisReading>.Ok);

        Assert.Contains("answered 'BUSY", Assert.IsType<DataAnswer<RedisReading>.Unknown>(busy).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadBeatsAsync_ReplicaThatMayNotServeOldData_IsUnknownByName()
    {
        var (master, replica) = await _world.PairAsync();
        var node = _world.Node(replica);
        await replica.RunAsync(Stop, "CONFIG", "SET", "replica-serve-stale-data", "no");
        await master.Process.KillAsync();

        var answer = await UntilAsync(() => node.ReadBeatsAsync(Deadline, Stop), static a => a is not DataAnswer<RedisBeatsReading>.Ok);

        Assert.Contains("MASTERDOWN", Assert.IsType<DataAnswer<RedisBeatsReading>.Unknown>(answer).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_UserWithoutConfig_ReadsTheRest()
    {
        var server = await _world.ServerAsync();
        await server.RunAsync(Stop, "ACL", "SETUSER", "watcher", "on", ">pw", "~*", "+@all", "-config");
        var node = _world.Node(new RedisOptions
        {
            Region = Options().Region, Endpoints = Options(server.Port).Endpoints, Username = "watcher", Password = static () => "pw",
        });

        var reading = await ReadAsync(node);

        Assert.Null(Assert.Single(reading.Servers).Master!.MinReplicas);
    }

    [Fact]
    public async Task ReadAsync_UserWithoutInfo_IsRefusedByName()
    {
        var server = await _world.ServerAsync();
        await server.RunAsync(Stop, "ACL", "SETUSER", "watcher", "on", ">pw", "~*", "+@all", "-info");
        var node = _world.Node(new RedisOptions
        {
            Region = Options().Region, Endpoints = Options(server.Port).Endpoints, Username = "watcher", Password = static () => "pw",
        });

        Assert.Contains("NOPERM", Assert.IsType<DataAnswer<RedisReading>.Refused>(await node.ReadAsync(Deadline, Stop)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_CancelledByTheCaller_Throws()
    {
        var server = await _world.ServerAsync();
        var node = _world.Node(server);
        await ReadAsync(node);
        await server.Process.PauseAsync(Stop);
        using var cancelled = new CancellationTokenSource();

        var reading = node.ReadAsync(Deadline, cancelled.Token);
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    private static RedisOptions WithPassword(int port, Func<string?> password) => new()
    {
        Region = RedisWorld.Options(port).Region, Endpoints = RedisWorld.Options(port).Endpoints, Password = password,
    };

    private static async Task<(T Answer, TimeSpan Took)> TimedAsync<T>(Func<Task<T>> call)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        return (await call(), TimeProvider.System.GetElapsedTime(startedAt));
    }

    private static async Task SpeakAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(Stop);
                await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), Stop);
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException or IOException)
        {
            // The test is over, or the client has had enough.
        }
    }
}
