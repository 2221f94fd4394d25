using Mahavishnu.Agents.Adapters.Redis;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.TestKit.Servers;
using StackExchange.Redis;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Redis.RedisWorld;
using RedisServer = Mahavishnu.Agents.TestKit.Servers.RedisServer;

namespace Mahavishnu.Agents.Adapters.Tests.Redis;

/// <summary>Whether a real application can write behind each kind of fence, and who may raise and lower it.</summary>
public sealed class RedisFenceTests : IAsyncDisposable
{
    private const string Application = "shop";
    private const string Secret = "for the agent";

    private readonly RedisWorld _world = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FenceAsync_ThenOpen_StopsTheApplicationsWritesAndLetsThemAgain(bool byUser)
    {
        var server = await MasterAsync();
        var node = Node(server, byUser);

        var fenced = Value(await node.FenceAsync(3, Deadline, Stop));
        var whileFenced = await WriteAsync(server);
        var again = Value(await node.FenceAsync(3, Deadline, Stop));
        var opened = Value(await node.OpenAsync(3, Deadline, Stop));
        var whileOpen = await WriteAsync(server);
        var openedAgain = Value(await node.OpenAsync(3, Deadline, Stop));

        Assert.Contains(byUser ? "NOAUTH" : "NOREPLICAS", whileFenced, StringComparison.Ordinal);
        Assert.Equal("OK", whileOpen);
        Assert.Equal(
            (false, true, false, true), (fenced.WasAlreadySo, again.WasAlreadySo, opened.WasAlreadySo, openedAgain.WasAlreadySo));
        Assert.Equal("3", await server.RunAsync(Stop, "GET", "mahavishnu:fence"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FenceAsync_LaterTokenWhileFenced_IsStoredAndStaysClosed(bool byUser)
    {
        var server = await MasterAsync();
        var node = Node(server, byUser);
        Value(await node.FenceAsync(3, Deadline, Stop));

        Value(await node.FenceAsync(4, Deadline, Stop));
        var stale = await node.OpenAsync(3, Deadline, Stop);

        Assert.IsType<DataAnswer<RedisChange>.Refused>(stale);
        Assert.Equal("4", await server.RunAsync(Stop, "GET", "mahavishnu:fence"));
        Assert.NotEqual("OK", await WriteAsync(server));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FenceAsync_StaleToken_IsRefusedAndTheApplicationGoesOn(bool byUser)
    {
        var server = await MasterAsync();
        await server.RunAsync(Stop, "SET", "mahavishnu:fence", "9");

        var answer = await Node(server, byUser).FenceAsync(8, Deadline, Stop);

        Assert.Contains("token 8 is stale, as 9 is stored", Assert.IsType<DataAnswer<RedisChange>.Refused>(answer).Reason, StringComparison.Ordinal);
        Assert.Equal("OK", await WriteAsync(server));
    }

    [Fact]
    public async Task FenceAsync_ConnectedApplication_IsCutOffAndTheAgentGoesOn()
    {
        var server = await MasterAsync();
        var node = Node(server, byUser: true);
        await using var application = await ConnectionMultiplexer.ConnectAsync(
            new ConfigurationOptions { EndPoints = { server.Endpoint }, User = Application, Password = "pw", BacklogPolicy = BacklogPolicy.FailFast });
        await application.GetDatabase().StringSetAsync("key", "before");

        Value(await node.FenceAsync(3, Deadline, Stop));

        await Assert.ThrowsAnyAsync<RedisException>(() => application.GetDatabase().StringSetAsync("key", "after"));
        Assert.Equal("before", await server.RunAsync(Stop, "GET", "key"));
        Value(await node.BeatAsync(new RedisBeat("agent", 1, TimeProvider.System.GetUtcNow()), Deadline, Stop));
    }

    [Fact]
    public async Task FenceAsync_WithoutAUser_StopsTheAgentsBeatTooAndItsFindingTellsWhy()
    {
        var server = await MasterAsync();
        var node = Node(server, byUser: false);
        Value(await node.FenceAsync(3, Deadline, Stop));

        var beat = await node.BeatAsync(new RedisBeat("agent", 1, TimeProvider.System.GetUtcNow()), Deadline, Stop);

        Assert.Contains("NOREPLICAS", Assert.IsType<DataAnswer<RedisBeatWritten>.Refused>(beat).Reason, StringComparison.Ordinal);
        Assert.Contains(RedisHealth.Findings(await ReadAsync(node), new RedisExpectation()), static f => f.Rule == "R-11");
    }

    [Fact]
    public async Task FenceAsync_PairOfWhichTheReplicaIsPromotedLater_IsFencedThereToo()
    {
        var (master, replica) = await _world.PairAsync();
        var node = _world.Node(master, replica);

        Value(await node.FenceAsync(3, Deadline, Stop));
        await replica.RunAsync(Stop, "REPLICAOF", "NO", "ONE");

        Assert.Contains("NOREPLICAS", await replica.RunAsync(Stop, "SET", "key", "value"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FenceAsync_OnlyAReplica_IsRefused()
    {
        var (_, replica) = await _world.PairAsync();

        var answer = await _world.Node(replica).FenceAsync(3, Deadline, Stop);

        Assert.Contains("has no master", Assert.IsType<DataAnswer<RedisChange>.Refused>(answer).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FenceAsync_UserThatDoesNotExist_IsRefusedAndStoresNothing()
    {
        var server = await GuardedAsync();

        var answer = await Node(server, byUser: true).FenceAsync(3, Deadline, Stop);

        Assert.Contains($"has no user '{Application}'", Assert.IsType<DataAnswer<RedisChange>.Refused>(answer).Reason, StringComparison.Ordinal);
        Assert.Equal("0", await server.RunAsync(Stop, "EXISTS", "mahavishnu:fence"));
    }

    [Fact]
    public async Task FenceAsync_DefaultUserWithoutAPassword_IsRefused()
    {
        var server = await MasterAsync();
        await server.RunAsync(Stop, "ACL", "SETUSER", "default", "nopass");

        var answer = await Node(server, byUser: true).FenceAsync(3, Deadline, Stop);

        Assert.Contains("anybody may write as the default user", Assert.IsType<DataAnswer<RedisChange>.Refused>(answer).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FenceAsync_SettingThatIsSwitchedOff_IsRefused()
    {
        var server = await GuardedAsync("--min-replicas-max-lag", "0");

        var answer = await Node(server, byUser: false).FenceAsync(3, Deadline, Stop);

        Assert.Contains("min-replicas-max-lag is 0", Assert.IsType<DataAnswer<RedisChange>.Refused>(answer).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FenceAsync_AgentWithoutPermission_IsRefusedByName()
    {
        var server = await MasterAsync();
        await server.RunAsync(Stop, "ACL", "SETUSER", "watcher", "on", ">pw", "~*", "+@all", "-acl");
        var node = _world.Node(new RedisOptions
        {
            Region = Options().Region, Endpoints = Options(server.Port).Endpoints, Username = "watcher", Password = static () => "pw", ApplicationUser = Application,
        });

        var answer = await node.FenceAsync(3, Deadline, Stop);

        Assert.Contains("NOPERM", Assert.IsType<DataAnswer<RedisChange>.Refused>(answer).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FenceAsync_FrozenReplica_IsUnknownNamingItAndTheMasterIsClosed()
    {
        var (master, replica) = await _world.PairAsync();
        var node = _world.Node(master, replica);
        await ReadAsync(node);
        await replica.Process.PauseAsync(Stop);

        var answer = await node.FenceAsync(3, TimeSpan.FromSeconds(1), Stop);

        Assert.Contains(replica.Endpoint, Assert.IsType<DataAnswer<RedisChange>.Unknown>(answer).Reason, StringComparison.Ordinal);
        Assert.Contains("NOREPLICAS", await master.RunAsync(Stop, "SET", "key", "value"), StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    private RedisNode Node(RedisServer server, bool byUser) => _world.Node(new RedisOptions
    {
        Region = Options().Region, Endpoints = Options(server.Port).Endpoints, Password = static () => Secret, ApplicationUser = byUser ? Application : null,
    });

    private Task<RedisServer> GuardedAsync(params string[] arguments) =>
        _world.StartAsync(new RedisServer(["--requirepass", Secret, .. arguments]) { ShellArguments = ["-a", Secret] });

    private async Task<RedisServer> MasterAsync()
    {
        var server = await GuardedAsync();
        await server.RunAsync(Stop, "ACL", "SETUSER", Application, "on", ">pw", "~*", "&*", "+@all");
        return server;
    }

    /// <summary>Writes as the application does.</summary>
    private static Task<string> WriteAsync(RedisServer server) => server.RunAsync(Stop, "--user", Application, "--pass", "pw", "SET", "key", "value");
}
