using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Replication;

public sealed class PrimaryGuardTests
{
    private static readonly RegionId Here = new("here");
    private static readonly RegionId There = new("there");
    private static readonly RegionId[] Stores = [new("a"), new("b"), new("c")];
    private static readonly PrimaryClaim Ours = new(Here, 1, PrimaryClaim.TokenOf(1, 7));
    private static readonly PrimaryClaim Theirs = new(There, 2, PrimaryClaim.TokenOf(2, 3));

    private readonly PrimaryGuard _guard = new(Here, "me", 3, PrimaryTiming.Fast, TimeSpan.Zero);

    private static TimeSpan S(double seconds) => TimeSpan.FromSeconds(seconds);

    private static GuardedDatabase Open(long token) => new(true, false, token);

    private static GuardedDatabase Fenced(long token) => new(true, true, token);

    private void Named(double at, PrimaryClaim? claim, int stores = 3)
    {
        foreach (var store in Stores.Take(stores))
        {
            _guard.Saw(store, S(at), claim);
        }
    }

    private void Proved(double sentAt, int stores = 3)
    {
        foreach (var store in Stores.Take(stores))
        {
            _guard.Proved(store, S(sentAt), Ours);
        }
    }

    [Fact]
    public void Decide_NobodyEverHadTheRight_EnforcesNothing() => Assert.IsType<GuardDecision.Keep>(_guard.Decide(S(60), Open(0)));

    [Fact]
    public void Decide_FirstClaimEver_IsNotEnforcedBeforeItIsProven()
    {
        Named(1, null);
        Named(60, Ours);

        Assert.IsType<GuardDecision.Keep>(_guard.Decide(S(70), Open(0)));
        Proved(70);
        Assert.Equal(Ours.Token, Assert.IsType<GuardDecision.Open>(_guard.Decide(S(70.1), Open(0))).Token);
    }

    [Fact]
    public void Decide_NeverOpenedAndAnotherRegionNamed_Fences()
    {
        Named(1, Theirs);

        Assert.IsType<GuardDecision.Fence>(_guard.Decide(S(1.1), Open(0)));
    }

    [Fact]
    public void Decide_StoresThatLostTheirData_ProveNothing()
    {
        Named(1, Ours);
        Proved(1);
        Named(1.5, null, 2);

        Assert.Equal(Ours.Token, Assert.IsType<GuardDecision.Fence>(_guard.Decide(S(1.6), Open(Ours.Token))).Token);
    }

    [Theory]
    [InlineData(2.99, false)]
    [InlineData(3, true)]
    public void Decide_ProofOfAMajority_CountsFromItsSendingForItsValidity(double at, bool fences)
    {
        Named(0.2, Ours);
        Proved(1, 2);

        Assert.Equal(fences, _guard.Decide(S(at), Open(Ours.Token)) is GuardDecision.Fence);
    }

    [Fact]
    public void Decide_ProofOfOneStore_IsNone()
    {
        Named(0.2, Ours, 1);
        Proved(1, 1);

        Assert.IsType<GuardDecision.Fence>(_guard.Decide(S(1.1), Open(Ours.Token)));
    }

    [Fact]
    public void Decide_ClaimThatIsFirstSeen_MayBeOld()
    {
        Named(10, Ours);

        Assert.IsType<GuardDecision.Fence>(_guard.Decide(S(10.1), Open(Ours.Token)));
    }

    [Fact]
    public void Decide_ClaimThatIsNew_CountsUntilItsFirstProofCanStand()
    {
        Named(9, Ours with { Region = There });
        Named(10, Ours);

        Assert.IsType<GuardDecision.Keep>(_guard.Decide(S(11.9), Open(Ours.Token)));
        Named(11.9, Ours);
        Assert.IsType<GuardDecision.Fence>(_guard.Decide(S(12), Open(Ours.Token)));
    }

    [Fact]
    public void Decide_AnotherRegionNamed_FencesAtOnceUnderItsToken()
    {
        Named(1, Ours);
        Proved(1, 2);
        Named(1.5, Theirs);

        Assert.Equal(Theirs.Token, Assert.IsType<GuardDecision.Fence>(_guard.Decide(S(1.5), Open(Ours.Token))).Token);
        Assert.IsType<GuardDecision.Keep>(_guard.Decide(S(1.6), Fenced(Theirs.Token)));
    }

    [Fact]
    public void Decide_FencedAndProvenAgain_Opens()
    {
        Named(1, Ours);
        Proved(1);

        Assert.Equal(Ours.Token, Assert.IsType<GuardDecision.Open>(_guard.Decide(S(1.1), Fenced(Ours.Token))).Token);
        Assert.Equal(Ours.Token, Assert.IsType<GuardDecision.Open>(_guard.Decide(S(1.1), Open(0))).Token);
    }

    [Fact]
    public void Decide_NamedAnewWhileFencedUnderAnOlderClaim_WaitsForTheLeader()
    {
        Named(1, Ours);
        Proved(1);

        Assert.IsType<GuardDecision.Keep>(_guard.Decide(S(1.1), Fenced(Ours.Token - 1)));
    }

    [Fact]
    public void Decide_DatabaseHasSeenAGreaterToken_LeavesItToTheLeader()
    {
        Named(1, Ours);
        Proved(1);

        Assert.IsType<GuardDecision.Keep>(_guard.Decide(S(1.1), Fenced(Theirs.Token)));
    }

    [Fact]
    public void Decide_AnotherAgentOfTheRegionBeats_IsLeftToIt()
    {
        Assert.IsType<GuardDecision.Keep>(_guard.Decide(S(0.4), Open(5) with { Beat = new RegionBeat("other", 1) }));
        Assert.IsType<GuardDecision.Keep>(_guard.Decide(S(0.9), Open(5) with { Beat = new RegionBeat("other", 2) }));
        Assert.IsType<GuardDecision.Keep>(_guard.Decide(S(2.8), Open(5) with { Beat = new RegionBeat("other", 2) }));

        Assert.IsType<GuardDecision.Fence>(_guard.Decide(S(2.9), Open(5) with { Beat = new RegionBeat("other", 2) }));
    }

    [Theory]
    [InlineData("other", 1)] // The same as before: it may be of long ago.
    [InlineData("me", 2)]
    public void Decide_NoNewBeatOfAnother_Fences(string beater, long sequence)
    {
        _guard.Decide(S(0.1), Open(5) with { Beat = new RegionBeat("other", 1) });

        Assert.IsType<GuardDecision.Fence>(_guard.Decide(S(0.6), Open(5) with { Beat = new RegionBeat(beater, sequence) }));
    }

    [Fact]
    public void Decide_StandbyOrSilence_IsLeftAlone()
    {
        Assert.IsType<GuardDecision.Keep>(_guard.Decide(S(60), new GuardedDatabase(false, false, 9)));
        Assert.IsType<GuardDecision.Keep>(_guard.Decide(S(60), null));
    }

    [Fact]
    public void Run_AnyWorld_NeverHasTwoRegionsThatTakeWrites()
    {
        var moves = 0;
        for (var seed = 1; seed <= 300; seed++)
        {
            var world = new PrimaryWorld(seed, PrimaryMistake.None);
            var at = world.Run(TimeSpan.FromMinutes(5));
            Assert.True(at is null, $"seed {seed}: two regions took writes at {at}");
            moves += world.Moves;
        }

        Assert.InRange(moves, 3000, int.MaxValue);
    }

    [Theory]
    [InlineData(PrimaryMistake.ShortWait)]
    [InlineData(PrimaryMistake.ProofFromAnswer)]
    [InlineData(PrimaryMistake.ClaimAtOneStore)]
    [InlineData(PrimaryMistake.NewClaimForgotten)]
    [InlineData(PrimaryMistake.OpenWhenNamed)]
    internal void Run_WorldWithAMistake_HasThemSooner(PrimaryMistake mistake) =>
        Assert.Contains(Enumerable.Range(1, 300), seed => new PrimaryWorld(seed, mistake).Run(TimeSpan.FromMinutes(5)) is not null);
}
