using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.TestKit.Servers.OpenSearch;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.OpenSearch;

public sealed class OpenSearchReadTests
{
    private static CancellationToken Stop => SearchWorld.Stop;

    [Fact]
    public async Task ReadAsync_LeaderAndFollower_TellTheirRoles()
    {
        await using var world = await SearchWorld.StartAsync();
        world.Write("a", "b", "c");

        var us = await SearchWorld.Value(world.Node(world.Us).ReadAsync([SearchWorld.Index, "absent"], SearchWorld.Deadline, Stop));
        var eu = await SearchWorld.Value(world.Node(world.Eu).ReadAsync([SearchWorld.Index], SearchWorld.Deadline, Stop));

        Assert.Equal(("green", 3, 0), (us.Status, us.Nodes, us.Bootstrapping));
        Assert.Equal([(SearchState.NotReplicating, true), (SearchState.NotReplicating, false)], us.Indices.Select(static i => (i.Link.State, i.Exists)));
        var follower = Assert.Single(eu.Indices);
        Assert.Equal((SearchState.Syncing, "mahavishnu-us-east-1", 0, 0), (follower.Link.State, follower.Link.LeaderAlias, follower.Link.Behind, follower.Link.WorstShardBehind));
        Assert.True(eu.Remotes["mahavishnu-us-east-1"]);
    }

    [Fact]
    public async Task ReadAsync_CutLinkAndStuckShard_CountsWhatIsMissingPerShard()
    {
        await using var world = await SearchWorld.StartAsync();
        world.Eu.With(static c => c.Indices[SearchWorld.Index].Following!.StuckShard = 1);
        world.Write("a", "b", "c", "d"); // their characters' sums are 97 to 100: two in each shard

        var link = (await SearchWorld.Value(world.Node(world.Eu).ReadIndexAsync(SearchWorld.Index, SearchWorld.Deadline, Stop))).Link;
        world.Eu.HoldsPulls = true;
        world.Write("a", "b");
        var cut = (await SearchWorld.Value(world.Node(world.Eu).ReadIndexAsync(SearchWorld.Index, SearchWorld.Deadline, Stop))).Link;

        Assert.Equal((2L, 2L), (link.Behind, link.WorstShardBehind));
        Assert.Equal((4L, 3L), (cut.Behind, cut.WorstShardBehind));
    }

    [Fact]
    public async Task ReadAsync_DeadLeader_IsNoFaultOfTheFollowerAndNoZeroLag()
    {
        await using var world = await SearchWorld.StartAsync();
        world.Us.Down = true;

        var eu = await SearchWorld.Value(world.Node(world.Eu).ReadAsync([SearchWorld.Index], SearchWorld.Deadline, Stop));

        Assert.Equal((SearchState.LeaderUnreachable, null), (eu.Indices[0].Link.State, eu.Indices[0].Link.Behind));
        Assert.Equal((0, false), (eu.Bootstrapping, eu.Remotes["mahavishnu-us-east-1"]));
    }

    [Fact]
    public async Task ReadAsync_PausedByItself_IsAFailureAndNoIntent()
    {
        await using var world = await SearchWorld.StartAsync();
        var node = world.Node(world.Eu);

        Assert.True(await SearchWorld.Value(node.PauseAsync(SearchWorld.Index, SearchWorld.Deadline, Stop)));
        Assert.Equal(SearchState.Paused, (await SearchWorld.Value(node.ReadIndexAsync(SearchWorld.Index, SearchWorld.Deadline, Stop))).Link.State);

        world.Eu.With(static c => c.Indices[SearchWorld.Index].Following!.Reason = "AutoPaused: [[x][0]] [[index_not_found_exception]]");
        Assert.Equal(SearchState.AutoPaused, (await SearchWorld.Value(node.ReadIndexAsync(SearchWorld.Index, SearchWorld.Deadline, Stop))).Link.State);
    }

    [Theory]
    [InlineData("us-east-1", "Unreachable")]
    [InlineData("eu-west-1", "Unknown")]
    public async Task ReadAsync_DownOrSlow_IsAnAnswerThatNamesIt(string region, string expected)
    {
        await using var world = await SearchWorld.StartAsync();
        world.Eu.Mute = static _ => true;
        using var free = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        free.Start();
        var dead = new Uri($"http://{free.LocalEndpoint}");
        free.Stop();

        var answer = await world.Node(region, region == "eu-west-1" ? world.Eu.Url : dead).ReadAsync([], TimeSpan.FromMilliseconds(300), Stop);

        Assert.Equal(expected, answer.GetType().Name);
        Assert.StartsWith($"OpenSearch of {region}: ", answer.Problem, StringComparison.Ordinal);
    }

    public static TheoryData<int, string, string, string> Faults => new()
    {
        { 200, "<html>welcome</html>", "Unknown", "without a JSON object" },
        { 200, "{\"status\":\"purple\"}", "Unknown", "neither green nor yellow nor red" },
        { 200, "{\"status\":\"green\",\"status\":\"red\"}", "Unknown", "without a JSON object" },
        { 408, "{\"timed_out\":true,\"status\":\"red\"}", "Unknown", "408" },
        { 200, "{\"timed_out\":true,\"status\":\"red\"}", "Unknown", "timed_out" },
        { 503, "{\"error\":{\"type\":\"cluster_manager_not_discovered_exception\",\"reason\":null},\"status\":503}", "Unknown", "cluster_manager_not_discovered_exception" },
        { 403, "{\"error\":{\"type\":\"security_exception\",\"reason\":\"no permissions for [cluster:monitor/health]\"}}", "Refused", "no permissions for [cluster:monitor/health]" },
        { 302, "", "Refused", "302" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task ReadAsync_WrongAnswer_IsNeverTakenForAHealthyCluster(int status, string body, string expected, string told)
    {
        await using var world = await SearchWorld.StartAsync();
        world.Eu.Fault = call => call.Contains("_cluster/health", StringComparison.Ordinal) ? new DoubleReply(status, body) : null;

        var answer = await world.Node(world.Eu).ReadAsync([SearchWorld.Index], SearchWorld.Deadline, Stop);

        Assert.Equal(expected, answer.GetType().Name);
        Assert.Contains(told, answer.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_WrongPassword_IsRefusedAndNotShown()
    {
        await using var world = await SearchWorld.StartAsync();
        world.Eu.Credentials = "agent:correct-horse";

        var wrong = await world.Node(world.Eu, "agent", "battery-staple").ReadAsync([], SearchWorld.Deadline, Stop);
        var right = await world.Node(world.Eu, "agent", "correct-horse").ReadAsync([], SearchWorld.Deadline, Stop);

        Assert.Equal("Refused", wrong.GetType().Name);
        Assert.Contains("opensearch.password", wrong.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("battery", wrong.Problem, StringComparison.Ordinal);
        Assert.Null(right.Problem);
    }

    [Fact]
    public async Task BeatAsync_LeadersHeartbeat_ArrivesInTheFollower()
    {
        await using var world = await SearchWorld.StartAsync();
        world.World.Replicate(SearchWorld.Beats, "us-east-1", "eu-west-1");
        var beat = new StoredHeartbeat("p1", 7, new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero));

        Assert.Empty(await SearchWorld.Value(world.Node(world.Eu).ReadBeatsAsync([new RegionId("us-east-1")], SearchWorld.Deadline, Stop)));
        Assert.True(await SearchWorld.Value(world.Node(world.Us).BeatAsync(beat, SearchWorld.Deadline, Stop)));
        var read = await SearchWorld.Value(world.Node(world.Eu).ReadBeatsAsync([new RegionId("us-east-1"), new RegionId("eu-west-1")], SearchWorld.Deadline, Stop));
        var refused = await world.Node(world.Eu).BeatAsync(beat, SearchWorld.Deadline, Stop);

        Assert.Equal(("us-east-1", beat), (read.Single().Region, read.Single().Beat));
        Assert.IsType<DataAnswer<bool>.Refused>(refused);
        Assert.Contains("index read-only(cross-cluster-replication)", refused.Problem, StringComparison.Ordinal);
    }
}
