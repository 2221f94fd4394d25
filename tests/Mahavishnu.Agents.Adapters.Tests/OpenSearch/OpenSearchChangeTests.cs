using Mahavishnu.Agents.Adapters.OpenSearch;
using Mahavishnu.Agents.Adapters.Stores;
using Mahavishnu.Agents.Core.Replication;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.OpenSearch;

public sealed class OpenSearchChangeTests
{
    private static CancellationToken Stop => SearchWorld.Stop;

    [Fact]
    public async Task StopAsync_Follower_TakesWritesAfterwardsAndNeverFollowsAgain()
    {
        await using var world = await SearchWorld.StartAsync();
        world.Write("a");
        var node = world.Node(world.Eu);
        Assert.IsType<DataAnswer<bool>.Refused>(await node.ProbeAsync(SearchWorld.Index, SearchWorld.Deadline, Stop));

        Assert.True(await SearchWorld.Value(node.StopAsync(SearchWorld.Index, OpenSearchNode.StopDeadline, Stop)));

        Assert.True(await SearchWorld.Value(node.ProbeAsync(SearchWorld.Index, SearchWorld.Deadline, Stop)));
        Assert.Equal(["a"], world.Eu.With(static c => c.Indices[SearchWorld.Index].Documents.Keys.ToList()));
        Assert.Contains("Delete the index", (await node.StartAsync(SearchWorld.Index, "mahavishnu-us-east-1", SearchWorld.Deadline, Stop)).Problem, StringComparison.Ordinal);
        Assert.IsType<DataAnswer<bool>.Refused>(await node.StopAsync(SearchWorld.Index, OpenSearchNode.StopDeadline, Stop));
    }

    [Fact]
    public async Task StopAsync_NoAnswerInTime_IsUnknownThoughItWasCarriedOut()
    {
        await using var world = await SearchWorld.StartAsync();
        world.Eu.Mute = static call => call.EndsWith("_stop", StringComparison.Ordinal);
        var node = world.Node(world.Eu);

        var answer = await node.StopAsync(SearchWorld.Index, TimeSpan.FromMilliseconds(500), Stop);

        Assert.IsType<DataAnswer<bool>.Unknown>(answer);
        Assert.Equal(SearchState.NotReplicating, (await SearchWorld.Value(node.ReadIndexAsync(SearchWorld.Index, SearchWorld.Deadline, Stop))).Link.State);
    }

    [Fact]
    public async Task ResumeAsync_LeaseExpired_IsRefusedWithTheReason()
    {
        await using var world = await SearchWorld.StartAsync();
        var node = world.Node(world.Eu);
        _ = await SearchWorld.Value(node.PauseAsync(SearchWorld.Index, SearchWorld.Deadline, Stop));
        world.Time.Advance(TimeSpan.FromHours(13));

        var answer = await node.ResumeAsync(SearchWorld.Index, SearchWorld.Deadline, Stop);

        Assert.IsType<DataAnswer<bool>.Refused>(answer);
        Assert.Contains("Retention lease doesn't exist", answer.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BlockAsync_Leader_RefusesWritesUntilItIsOpen()
    {
        await using var world = await SearchWorld.StartAsync();
        var node = world.Node(world.Us);

        Assert.True(await SearchWorld.Value(node.BlockAsync(SearchWorld.Index, true, SearchWorld.Deadline, Stop)));
        Assert.IsType<DataAnswer<bool>.Refused>(await node.ProbeAsync(SearchWorld.Index, SearchWorld.Deadline, Stop));
        Assert.True((await SearchWorld.Value(node.ReadIndexAsync(SearchWorld.Index, SearchWorld.Deadline, Stop))).WriteBlocked);

        Assert.False(await SearchWorld.Value(node.BlockAsync(SearchWorld.Index, false, SearchWorld.Deadline, Stop)));
        Assert.True(await SearchWorld.Value(node.ProbeAsync(SearchWorld.Index, SearchWorld.Deadline, Stop)));
    }

    [Fact]
    public async Task DeleteRuleAsync_NeedsItsLeader_AndIsGone()
    {
        await using var world = await SearchWorld.StartAsync();
        world.Eu.Rules["all"] = "mahavishnu_*";
        var node = world.Node(world.Eu);

        Assert.Equal([new OpenSearchRule("all", "mahavishnu_*")], await SearchWorld.Value(node.RulesAsync(SearchWorld.Deadline, Stop)));
        Assert.True(await SearchWorld.Value(node.DeleteRuleAsync("mahavishnu-us-east-1", "all", SearchWorld.Deadline, Stop)));
        Assert.Empty(await SearchWorld.Value(node.RulesAsync(SearchWorld.Deadline, Stop)));
    }

    [Fact]
    public async Task ContentAsync_TwoClusters_TellsWhatOneLacks()
    {
        await using var world = await SearchWorld.StartAsync();
        world.Write("a", "b");
        var (us, eu) = (world.Node(world.Us), world.Node(world.Eu));
        _ = await SearchWorld.Value(eu.StopAsync(SearchWorld.Index, OpenSearchNode.StopDeadline, Stop));
        world.Write("lost");

        var content = await SearchWorld.Value(us.ContentAsync(SearchWorld.Index, 1, SearchWorld.Deadline, Stop));

        Assert.Equal((3, 1), (content.Documents, content.MaxSequence));
        Assert.Equal(["lost"], await SearchWorld.Value(eu.MissingAsync(SearchWorld.Index, content.Sample, SearchWorld.Deadline, Stop)));
    }

    [Fact]
    public async Task StartAsync_DeletedIndex_FollowsTheNewLeader()
    {
        await using var world = await SearchWorld.StartAsync();
        world.Us.Remotes.Clear();
        var (us, eu) = (world.Node(world.Us), world.Node(world.Eu));
        _ = await SearchWorld.Value(eu.StopAsync(SearchWorld.Index, OpenSearchNode.StopDeadline, Stop));

        Assert.True(await SearchWorld.Value(us.DeleteIndexAsync(SearchWorld.Index, SearchWorld.Deadline, Stop)));
        Assert.IsType<DataAnswer<bool>.Refused>(await us.StartAsync(SearchWorld.Index, "mahavishnu-eu-west-1", SearchWorld.Deadline, Stop));
        Assert.True(await SearchWorld.Value(us.RegisterRemoteAsync("mahavishnu-eu-west-1", ["eu-west-1:9300"], SearchWorld.Deadline, Stop)));
        Assert.True(await SearchWorld.Value(us.StartAsync(SearchWorld.Index, "mahavishnu-eu-west-1", SearchWorld.Deadline, Stop)));
        Assert.Equal(SearchState.Bootstrapping, (await SearchWorld.Value(us.ReadIndexAsync(SearchWorld.Index, SearchWorld.Deadline, Stop))).Link.State);

        world.Us.With(static c => c.Indices[SearchWorld.Index].Following!.Bootstrapping = false);
        Assert.Equal(SearchState.Syncing, (await SearchWorld.Value(us.ReadIndexAsync(SearchWorld.Index, SearchWorld.Deadline, Stop))).Link.State);
    }
}
