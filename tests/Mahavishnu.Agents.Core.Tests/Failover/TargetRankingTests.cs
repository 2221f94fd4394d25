using Mahavishnu.Agents.Core.Compliance;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Core.Traffic;
using Xunit;
using static Mahavishnu.Agents.Core.Tests.Failover.Given;

namespace Mahavishnu.Agents.Core.Tests.Failover;

public sealed class TargetRankingTests
{
    private static readonly ResidencyCatalogue EuStays = new(new Dictionary<string, IReadOnlyDictionary<string, IReadOnlyList<string>>?>
    {
        ["pii"] = new Dictionary<string, IReadOnlyList<string>> { ["eu"] = ["eu"], ["us"] = ["us", "eu", "ap"] },
    });

    private static IReadOnlyList<TargetCandidate> Rank(DecisionInput input, params RegionId[] excluded) =>
        TargetRanking.Rank(input, Us, [.. input.Routing.ServedBy(Us)], excluded);

    private static DecisionInput WithLag(DecisionInput input, RegionId target, double seconds, long? position = null) => input with
    {
        Lag = new Dictionary<LagLink, MeasuredLag>(input.Lag) { [new LagLink(Us, target, "postgresql")] = new MeasuredLag(TimeSpan.FromSeconds(seconds), position) },
    };

    // Each row lets eu-west-1 win by one criterion although ap-south-1 wins by all those after it, the name at last.
    public static TheoryData<string, DecisionInput> Criteria()
    {
        var name = Input((Us, 0));
        var score = Input((Us, 0), (Ap, 0.8));
        var role = Input((Us, 0), (Eu, 0.8)).WithFacts(Facts(Ap) with { IsPrimary = false });
        var preference = role.WithFacts(Facts(Ap)).WithFacts(Facts(Eu) with { IsPrimary = false, Preference = 1 });
        var capacity = preference.WithFacts(Facts(Ap) with { Preference = 2 }).WithFacts(Facts(Eu) with { IsPrimary = false, Capacity = 0.6 });
        var held = WithLag(WithLag(capacity.WithFacts(Facts(Ap) with { Preference = 2, Capacity = 0.9 }), Eu, 0.5, 101), Ap, 0.4, 100);
        var risk = WithLag(WithLag(capacity.WithFacts(Facts(Ap) with { Preference = 2, Capacity = 0.9 }), Eu, 0.5), Ap, 2);
        var audiences = WithLag(WithLag(risk, Ap, 0), Eu, 100) with { Routing = RoutingTable.Home(All).With(Eu, (Us, 100)), Residency = EuStays };
        audiences = audiences
            .WithFacts(audiences.Regions[Us] with { Residency = "us", DataClasses = ["pii"] })
            .WithFacts(audiences.Regions[Eu] with { Residency = "eu", DataClasses = ["pii"] })
            .WithFacts(audiences.Regions[Ap] with { Residency = "ap" });
        var health = Input((Us, 0), (Ap, 0.69));
        return new()
        {
            { "name (ap first)", name },
            { "score", score },
            { "role", role },
            { "preference", preference },
            { "capacity", capacity },
            { "held", held },
            { "risk", risk },
            { "audiences", audiences },
            { "health", health },
        };
    }

    [Theory]
    [MemberData(nameof(Criteria), DisableDiscoveryEnumeration = true)]
    public void Rank_CriteriaInOrder_TheFirstThatDiffersDecides(string criterion, DecisionInput input)
    {
        var best = Rank(input)[0];

        Assert.Equal((criterion.StartsWith("name", StringComparison.Ordinal) ? Ap : Eu, 1), (best.Region, best.Rank));
    }

    [Theory]
    [InlineData(null, 0.0)]
    [InlineData(0.1,  0.2)]
    public void Rank_Capacity_MoreIsBetterAndUnknownIsWorst(double? less, double more)
    {
        var input = Input((Us, 0)).WithFacts(Facts(Ap) with { Capacity = less }).WithFacts(Facts(Eu) with { Capacity = more });

        Assert.Equal(Eu, Rank(input)[0].Region);
    }

    [Fact]
    public void Rank_UnknownLag_IsWorseThanAHighOne() =>
        Assert.Equal((Eu, DataLossRisk.High), Rank(WithLag(Input((Us, 0)), Eu, 9999)).Select(static c => (c.Region, c.Risk)).First());

    [Theory]
    //          score of ap  refused because
    [InlineData(0.7,         null)]
    [InlineData(0.69,        "its agreed score 0.69 is below 0.7")]
    [InlineData(0.0,         "it is agreed to be down")]
    [InlineData(null,        "a majority of fresh votes about it is missing")]
    public void Rank_Health_IsAHardFilter(double? score, string? because)
    {
        var ap = Rank(Input((Us, 0), (Ap, score))).Single(static c => c.Region == Ap);

        Assert.Equal(because is not null, ap.Rank == 0);
        Assert.True(because is null || ap.Reason == because, ap.Reason);
    }

    [Fact]
    public void Rank_UnlawfulTarget_IsRefusedHoweverHealthy()
    {
        var input = (Input((Us, 0)) with { Residency = EuStays }).WithFacts(Facts(Us) with { Residency = "eu", DataClasses = ["pii"] }).WithFacts(Facts(Eu) with { Residency = "eu" });

        var ranked = Rank(input);

        Assert.Equal([(Eu, 1), (Ap, 0)], ranked.Select(static c => (c.Region, c.Rank)));
        Assert.Equal("data class pii from eu may not live in anywhere", ranked[1].Reason);
        Assert.Empty(ranked[1].Audiences);
    }

    [Fact]
    public void Rank_LawfulForSomeAudiences_SaysForWhichNot()
    {
        var input = (Input((Us, 0), (Eu, 0)) with { Residency = EuStays, Routing = RoutingTable.Home(All).With(Eu, (Us, 100)) })
            .WithFacts(Facts(Eu) with { Residency = "eu", DataClasses = ["pii"] });

        var best = Rank(input)[0];

        Assert.Equal([Us], best.Audiences);
        Assert.Contains("us-east-1 holds no data class but data class pii from eu may not live in anywhere", best.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Rank_FailedTargetOrSource_IsNotOffered()
    {
        var ranked = Rank(Input((Us, 0)), Eu);

        Assert.Equal([(Ap, 1), (Eu, 0)], ranked.Select(static c => (c.Region, c.Rank)));
        Assert.Equal("it failed as a target in this saga", ranked[1].Reason);
    }

    [Fact]
    public void Rank_AudienceOfARegionThatIsNotConfigured_IsNotMoved()
    {
        RegionId gone = new("gone");
        var input = Input((Us, 0)) with { Routing = RoutingTable.Empty.With(gone, (Us, 100)) };

        Assert.All(Rank(input), static c => Assert.Equal((0, "gone is not configured"), (c.Rank, c.Reason)));
    }
}
