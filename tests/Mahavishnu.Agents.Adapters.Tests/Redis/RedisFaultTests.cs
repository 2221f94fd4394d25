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
