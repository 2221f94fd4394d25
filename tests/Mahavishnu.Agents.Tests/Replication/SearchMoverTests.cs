using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.TestKit.Servers.OpenSearch;
using Xunit;
using static Mahavishnu.Agents.Tests.Replication.SearchMoves;

namespace Mahavishnu.Agents.Tests.Replication;

public sealed class SearchMoverTests
{
    [Fact]
    public async Task RunAsync_GracefulFailover_LosesNothingAndFencesTheSource()
    {
        await using var moves = await StartAsync();
        Write(moves.Us, "a", "b");
        moves.Eu.HoldsPulls = true;
        Write(moves.Us, "c");

        await moves.DoneAsync(Forth(SagaStep.FenceSource, graceful: true));
        Assert.StartsWith("Unknown: mahavishnu_code in eu-west-1 is Syncing and 3 operations behind", await moves.RunAsync(Forth(SagaStep.CatchUp, graceful: true)), StringComparison.Ordinal);
        moves.Eu.HoldsPulls = false;
        await moves.DoneAsync(Forth(SagaStep.CatchUp, graceful: true));
        await moves.DoneAsync(Forth(SagaStep.PromoteSearch, graceful: true));
        await moves.DoneAsync(Forth(SagaStep.PromoteSearch, graceful: true)); // once more, as the next leader would

        Assert.Equal(["a", "b", "c"], Documents(moves.Eu));
        Assert.True(moves.Us.With(static c => c.Indices[Code].WriteBlocked));
        Assert.Equal(1, moves.Eu.Calls.Count(static c => c.EndsWith($"{Code}/_stop", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task RunAsync_DeadSource_IsPromotedAndFencedWhenItReturns()
    {
        await using var moves = await StartAsync();
        moves.Eu.Rules["all"] = "mahavishnu_*";
        Write(moves.Us, "a");
        moves.Us.Down = true;

        Assert.StartsWith("Unknown: ", await moves.RunAsync(Forth(SagaStep.FenceSource, graceful: true)), StringComparison.Ordinal);
        Assert.Contains("could not be fenced", await moves.RunAsync(Forth(SagaStep.FenceSource)), StringComparison.Ordinal);
        await moves.DoneAsync(Forth(SagaStep.PromoteSearch));
        moves.Us.Down = false;
        await moves.DoneAsync(Forth(SagaStep.PromoteSearch));

        Assert.Null(moves.Eu.With(static c => c.Indices[Code].Following));
        Assert.Empty(moves.Eu.Rules);
        Assert.True(moves.Us.With(static c => c.Indices[Code].WriteBlocked));
    }

    [Fact]
    public async Task RunAsync_TargetStillCopies_IsNeverStopped()
    {
        await using var moves = await StartAsync();
        moves.Eu.With(static c => c.Indices[Code].Following!.Bootstrapping = true);

        Assert.StartsWith("Refused: mahavishnu_code in eu-west-1: it still copies its leader", await moves.RunAsync(Forth(SagaStep.PromoteSearch)), StringComparison.Ordinal);
        moves.Us.Down = true; // now it cannot be told from one that follows, but by the cluster's own count
        Assert.Contains("was still copying", await moves.RunAsync(Forth(SagaStep.PromoteSearch)), StringComparison.Ordinal);

        Assert.True(moves.Eu.With(static c => c.Indices.ContainsKey(Code)));
        Assert.DoesNotContain(moves.Eu.Calls, static c => c.EndsWith("_stop", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunAsync_StopStandsStillHalfway_IsTakenUpAgain()
    {
        await using var moves = await StartAsync();
        moves.Us.Down = true;
        moves.Eu.HoldsStops = true;

        var halfway = await moves.RunAsync(Forth(SagaStep.PromoteSearch));
        Assert.True(moves.Eu.With(static c => c.Indices[Code].Closed));
        moves.Eu.EndStops();

        Assert.StartsWith("Unknown: ", halfway, StringComparison.Ordinal);
        Assert.Contains("503", halfway, StringComparison.Ordinal);
        await moves.DoneAsync(Forth(SagaStep.PromoteSearch));
    }

    [Fact]
    public async Task RunAsync_RedAfterPromotion_IsNotDone()
    {
        await using var moves = await StartAsync();
        moves.Us.Down = true;
        moves.Eu.Fault = call =>
        {
            moves.Eu.Health = call.EndsWith("_stop", StringComparison.Ordinal) ? "red" : moves.Eu.Health;
            return null;
        };

        Assert.Contains("is red: a primary shard is missing", await moves.RunAsync(Forth(SagaStep.PromoteSearch)), StringComparison.Ordinal);
        (moves.Eu.Fault, moves.Eu.Health) = (static _ => null, "yellow");
        await moves.DoneAsync(Forth(SagaStep.PromoteSearch));
    }

    [Fact]
    public async Task RunAsync_LeaseDoesNotCoverIt_StopsNothing()
    {
        await using var moves = await StartAsync();
        moves.MayStart = false;

        Assert.Contains("the lease does not cover", await moves.RunAsync(Forth(SagaStep.PromoteSearch)), StringComparison.Ordinal);
        Assert.NotNull(moves.Eu.With(static c => c.Indices[Code].Following));
    }

    [Fact]
    public async Task RunAsync_AnotherRegionLeads_LeavesItAlone()
    {
        await using var moves = await StartAsync();
        var aside = Forth(SagaStep.FenceSource) with { Source = ApId };

        await moves.DoneAsync(aside);
        await moves.DoneAsync(aside with { Step = SagaStep.PromoteSearch });

        Assert.NotNull(moves.Eu.With(static c => c.Indices[Code].Following));
        Assert.False(moves.Us.With(static c => c.Indices[Code].WriteBlocked));
    }

    [Fact]
    public async Task RunAsync_TwoHistories_NeedAPerson()
    {
        await using var moves = await StartAsync();
        moves.Eu.With(static c => c.Indices[Code].Following = null);

        Assert.StartsWith("Refused: mahavishnu_code has a history of its own in each of two clusters", await moves.RunAsync(Forth(SagaStep.FenceSource)), StringComparison.Ordinal);
        Assert.False(moves.Us.With(static c => c.Indices[Code].WriteBlocked));
    }

    [Fact]
    public async Task RunAsync_FormerLeader_StaysInQuarantine()
    {
        await using var moves = await StartAsync();
        await moves.FailOverAsync();
        moves.Us.Down = false;
        await moves.DoneAsync(Forth(SagaStep.PromoteSearch)); // fences the source, which is back
        var back = Forth(SagaStep.PromoteSearch) with { Source = EuId, Target = UsId };

        Assert.Contains("a former leader with a history of its own stays in quarantine", await moves.RunAsync(back), StringComparison.Ordinal);
        Assert.Contains("a former leader with a history of its own stays in quarantine", await moves.RunAsync(back with { Step = SagaStep.FenceSource }), StringComparison.Ordinal);
        Assert.False(moves.Eu.With(static c => c.Indices[Code].WriteBlocked)); // who leads goes on
    }

    [Fact]
    public async Task RunAsync_NewLeaderDiesBeforeOthersFollowIt_IsNotTakenForTheOldOne()
    {
        await using var moves = await StartAsync();
        await moves.FailOverAsync();
        moves.Us.Down = false;
        await moves.DoneAsync(Forth(SagaStep.PromoteSearch)); // fences the old leader, which the third region still follows
        moves.Eu.Down = true;

        var next = await moves.RunAsync(Forth(SagaStep.FenceSource) with { Source = EuId, Target = ApId });

        Assert.StartsWith("Unknown: who leads mahavishnu_code is not known: us-east-1 is followed, but its writes are blocked, and eu-west-1, which may lead since, cannot be asked", next, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_RubbishOrNoRights_IsNeverTakenForDone()
    {
        await using var moves = await StartAsync();
        moves.Eu.Fault = static call => call.EndsWith("_stop", StringComparison.Ordinal) ? new DoubleReply(200, "OK") : null;
        Assert.StartsWith("Unknown: ", await moves.RunAsync(Forth(SagaStep.PromoteSearch)), StringComparison.Ordinal);

        moves.Eu.Fault = static call => call.EndsWith("_stop", StringComparison.Ordinal) ? DoubleReply.Error(403, "security_exception", "no permissions for [indices:admin/plugins/replication/index/stop]") : null;
        Assert.StartsWith("Refused: OpenSearch of eu-west-1: POST /_plugins/_replication/mahavishnu_code/_stop is forbidden (403)", await moves.RunAsync(Forth(SagaStep.PromoteSearch)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_IndicesThatAreNowhere_HoldNothingUp()
    {
        await using var moves = await StartAsync();
        foreach (var cluster in new[] { moves.Us, moves.Eu, moves.Ap })
        {
            cluster.With(static c => { c.Indices.Clear(); return 0; });
        }

        await moves.DoneAsync(Forth(SagaStep.FenceSource));
        await moves.DoneAsync(Forth(SagaStep.PromoteSearch));
        await moves.DoneAsync(Back());
    }
}
