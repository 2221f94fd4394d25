using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Xunit;
using static Mahavishnu.Agents.Core.Replication.SearchState;

namespace Mahavishnu.Agents.Core.Tests.Replication;

public sealed class SearchDecisionTests
{
    private static readonly RegionId Us = new("us-east-1");
    private static readonly RegionId Eu = new("eu-west-1");
    private static readonly RegionId Ap = new("ap-southeast-1");

    [Theory]
    [InlineData("SYNCING",                     null,                        Syncing)]
    [InlineData("BOOTSTRAPPING",               null,                        Bootstrapping)]
    [InlineData("BOOTSTRAPING",                null,                        Bootstrapping)]
    [InlineData("PAUSED",                      "User initiated",            Paused)]
    [InlineData("PAUSED",                      null,                        Paused)]
    [InlineData("PAUSED",                      "AutoPaused: [[x][0]] gone", AutoPaused)]
    [InlineData("FAILED",                      "x",                         Failed)]
    [InlineData("STOPPED",                     null,                        Stopping)]
    [InlineData("REPLICATION NOT IN PROGRESS", null,                        NotReplicating)]
    [InlineData("RUNNING",                     null,                        SearchState.Unknown)]
    [InlineData("a new word",                  null,                        SearchState.Unknown)]
    [InlineData(null,                          null,                        SearchState.Unknown)]
    public void Of_Words_IsTheirState(string? status, string? reason, SearchState state) => Assert.Equal(state, SearchLink.Of(status, reason, []).State);

    [Fact]
    public void Behind_SumAndWorst_AreUnknownWhenAShardIs()
    {
        Assert.Equal((5L, 4L), Figures(new(0, 10, 9), new(1, 3, -1)));
        Assert.Equal((0L, 0L), Figures(new SearchShard(0, -1, -1)));
        Assert.Equal((null, null), Figures());
        Assert.Equal((null, null), Figures(new(0, 10, 9), new(1, null, 3)));
        Assert.Equal((null, null), Figures(new(0, 10, 9), new(1, 2, 3))); // a stale leader's figure
        Assert.Equal((null, null), Figures(new SearchShard(0, long.MaxValue, long.MinValue)));
        Assert.Equal((null, null), Figures(new(0, long.MaxValue, 0), new(1, long.MaxValue, 0)));

        static (long?, long?) Figures(params SearchShard[] shards) => SearchLink.Of("SYNCING", null, shards) is var link ? (link.Behind, link.WorstShardBehind) : default;
    }

    [Theory]
    //          state              exists  blocked copying move
    [InlineData(Syncing,           true,   false,  null,   SearchMove.Stop)]
    [InlineData(Paused,            true,   false,  0,      SearchMove.Stop)]
    [InlineData(AutoPaused,        true,   false,  0,      SearchMove.Stop)]
    [InlineData(Failed,            true,   false,  0,      SearchMove.Stop)]
    [InlineData(Stopping,          true,   false,  0,      SearchMove.Stop)]
    [InlineData(LeaderUnreachable, true,   false,  0,      SearchMove.Stop)]
    [InlineData(LeaderUnreachable, true,   false,  1,      SearchMove.Refuse)]
    [InlineData(LeaderUnreachable, true,   false,  null,   SearchMove.Wait)]
    [InlineData(Bootstrapping,     true,   false,  0,      SearchMove.Refuse)]
    [InlineData(SearchState.Unknown, true, false,  0,      SearchMove.Wait)]
    [InlineData(NotReplicating,    true,   false,  0,      SearchMove.Verify)]
    [InlineData(NotReplicating,    true,   true,   0,      SearchMove.Refuse)]
    [InlineData(NotReplicating,    false,  false,  0,      SearchMove.Refuse)]
    [InlineData(Syncing,           null,   false,  0,      SearchMove.Wait)]
    public void Next_OfAState_NeverStopsACopy(SearchState state, bool? exists, bool blocked, int? copying, SearchMove move) =>
        Assert.Equal(move, SearchPromotion.Next(state, exists, blocked, copying).Move);

    [Fact]
    public void Leading_AsTheClustersSayIt_AndNeverGuessed()
    {
        // at home; fenced; failed over; failed over with the old leader back and open; the old leader fenced and the new one silent
        Assert.Equal([Us], Leaders(Free(Us), Follows(Eu, Us), Follows(Ap, Us)));
        Assert.Equal([Us], Leaders(Fenced(Us), Follows(Eu, Us), Follows(Ap, Us)));
        Assert.Empty(Leaders(Fenced(Us), Follows(Eu, Us), Silent(Ap))); // was Ap promoted since?
        Assert.Equal([Us], SearchRoles.Of([Fenced(Us), Follows(Eu, Us), Silent(Ap)], Us).Leaders); // the plan itself has just fenced it
        Assert.Empty(Leaders(Absent(Us), Follows(Ap, Us), Silent(Eu)));
        Assert.Equal([Eu], Leaders(Fenced(Us), Free(Eu), Follows(Ap, Us)));
        Assert.Equal([Us, Eu], Leaders(Free(Us), Free(Eu), Follows(Ap, Us)));
        Assert.Empty(Leaders(Fenced(Us), Silent(Eu), Absent(Ap)));
        Assert.Equal([Us], Leaders(Fenced(Us), Absent(Eu), Absent(Ap)));

        // the leader is dead
        Assert.Equal([Us], Leaders(Silent(Us), Cut(Eu), Cut(Ap)));
        Assert.Equal([Us], Leaders(Silent(Us), Follows(Eu, Us), Silent(Ap)));
        Assert.Empty(Leaders(Silent(Us), Cut(Eu), Silent(Ap)));
        Assert.Empty(Leaders(Silent(Us), Cut(Eu), Absent(Ap)));
        Assert.Empty(Leaders(Silent(Us), Cut(Eu), new(Ap, SearchState.Unknown, true, false, null)));
        Assert.Empty(Leaders(Silent(Us), Fenced(Eu), Cut(Ap)));
        Assert.Empty(Leaders(Follows(Eu, Us), Follows(Us, Eu)));
        Assert.Empty(Leaders(Silent(Us)));
        Assert.Empty(Leaders(Absent(Us), Absent(Eu)));

        static IReadOnlyList<RegionId> Leaders(params SearchHolding[] holdings)
        {
            var leading = SearchRoles.Of(holdings);
            Assert.NotEmpty(leading.Reason);
            return leading.Leaders;
        }

        static SearchHolding Free(RegionId region) => new(region, NotReplicating, true, false, null);
        static SearchHolding Fenced(RegionId region) => new(region, NotReplicating, true, true, null);
        static SearchHolding Follows(RegionId region, RegionId leader) => new(region, Syncing, true, false, leader);
        static SearchHolding Cut(RegionId region) => new(region, LeaderUnreachable, true, false, null);
        static SearchHolding Silent(RegionId region) => new(region, null, false, false, null);
        static SearchHolding Absent(RegionId region) => new(region, NotReplicating, false, false, null);
    }

    [Fact]
    public void AtMost_CopyBehind_IsTheTimeSinceTheSourceWasThere()
    {
        var track = new CheckpointTrack();
        Assert.Null(track.AtMost(Seconds(0)));

        track.Observe(Seconds(0), 10, 5);
        Assert.Null(track.AtMost(Seconds(1))); // never seen to have caught up

        track.Observe(Seconds(10), 20, 10);
        Assert.Equal(Seconds(12), track.AtMost(Seconds(12)));

        track.Observe(Seconds(20), 30, 29);
        Assert.Equal(Seconds(15), track.AtMost(Seconds(25)));

        track.Observe(Seconds(30), 30, 30);
        Assert.Equal(Seconds(1), track.AtMost(Seconds(31)));
        Assert.Equal(Seconds(70), track.AtMost(Seconds(100))); // not read since, as with a dead leader

        track.Observe(Seconds(100), 3, 2); // copied anew from another leader
        Assert.Null(track.AtMost(Seconds(100)));

        static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);
    }

    [Fact]
    public void AtMost_LongBehind_KeepsTheOldest()
    {
        var track = new CheckpointTrack();
        track.Observe(TimeSpan.Zero, 0, 0);
        for (var i = 1; i <= 5000; i++)
        {
            track.Observe(TimeSpan.FromSeconds(i), i, 0);
        }

        Assert.Equal(TimeSpan.FromSeconds(5000), track.AtMost(TimeSpan.FromSeconds(5000)));
    }

    [Theory]
    //          state              reason                            hours stopped  hours left  window
    [InlineData(Syncing,           "",                               null,          null,       RecoveryState.Safe)]
    [InlineData(Bootstrapping,     "",                               null,          null,       RecoveryState.Safe)]
    [InlineData(Paused,            "User initiated",                 3.0,           9.0,        RecoveryState.Counting)]
    [InlineData(LeaderUnreachable, "",                               0.0,           12.0,       RecoveryState.Counting)]
    [InlineData(AutoPaused,        "AutoPaused: x",                  12.0,          null,       RecoveryState.Lost)]
    [InlineData(AutoPaused,        "AutoPaused: Retention lease ..", 1.0,           null,       RecoveryState.Lost)]
    [InlineData(Failed,            "",                               null,          null,       RecoveryState.Unknown)]
    [InlineData(SearchState.Unknown, "",                             3.0,           null,       RecoveryState.Unknown)]
    public void ForSearchLease_OfAState_IsTheWindow(SearchState state, string reason, double? stopped, double? left, RecoveryState expected)
    {
        var window = TimeToIrrecoverable.ForSearchLease("code", state, reason, stopped is { } hours ? TimeSpan.FromHours(hours) : null, TimeSpan.FromHours(12));

        Assert.Equal((left, expected, "code"), (window.Left?.TotalHours, window.State, window.Link));
        Assert.NotEmpty(window.Reason);
    }
}
