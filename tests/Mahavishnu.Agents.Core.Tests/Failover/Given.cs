using Mahavishnu.Agents.Core.Compliance;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;

namespace Mahavishnu.Agents.Core.Tests.Failover;

/// <summary>Three regions and what is said of them: the facts that most tests of decisions start from.</summary>
internal static class Given
{
    public static readonly RegionId Us = new("us-east-1");
    public static readonly RegionId Eu = new("eu-west-1");
    public static readonly RegionId Ap = new("ap-south-1");

    /// <summary>The regions in order.</summary>
    public static readonly RegionId[] All = [Ap, Eu, Us];

    /// <summary>Nothing but traffic is configured.</summary>
    public static readonly SagaSettings TrafficOnly = new()
    {
        NothingConfigured = [SagaStep.FenceSource, SagaStep.CatchUp, SagaStep.PromoteDatabase, SagaStep.PromoteSearch, SagaStep.SyncData],
    };

    /// <summary>Every step is configured.</summary>
    public static readonly SagaSettings AllSteps = new();

    /// <summary>A view in which all observers give a region the same score; a null score is unknown, an absent region has score 1.</summary>
    public static AgreedView View(params (RegionId Region, double? Score)[] scores) =>
        AgreedView.Of(All, All, [.. All.Select(o => VoteOf(o, scores))]);

    /// <summary>The vote of one observer, with the conditions that the scores stand for.</summary>
    public static Vote VoteOf(RegionId observer, params (RegionId Region, double? Score)[] scores) =>
        new($"{observer}-1", observer, "p1", 1, null, "", [.. All.Select(r => ViewOf(r, scores.Any(s => s.Region == r) ? scores.First(s => s.Region == r).Score : 1))]);

    public static RegionView ViewOf(RegionId region, double? score) => new(
        region,
        score switch { null => RegionCondition.Unknown, < 0.2 => RegionCondition.Down, < 0.7 => RegionCondition.Degraded, _ => RegionCondition.Healthy },
        score ?? 0,
        []);

    public static RegionFacts Facts(RegionId region) => new(region, "anywhere", [], 0.5, 0, true);

    /// <summary>Facts under which every region may take over from every other.</summary>
    public static DecisionInput Input(params (RegionId Region, double? Score)[] scores) => new()
    {
        Regions = All.ToDictionary(static r => r, Facts),
        Residency = new ResidencyCatalogue(new Dictionary<string, IReadOnlyDictionary<string, IReadOnlyList<string>>?>()),
        View = View(scores),
        Routing = RoutingTable.Home(All),
        Thresholds = DecisionThresholds.Default,
    };

    public static DecisionInput WithFacts(this DecisionInput input, RegionFacts facts) =>
        input with { Regions = new Dictionary<RegionId, RegionFacts>(input.Regions) { [facts.Region] = facts } };

    /// <summary>The verdict about one region.</summary>
    public static FailoverVerdict Verdict(DecisionInput input, RegionId region) => DecisionEngine.Decide(input).Single(v => v.Source == region);

    /// <summary>The automatic failover of a dead us-east-1, as the engine plans it.</summary>
    public static JournalRecord FailoverPlan(SagaSettings settings, double score = 0)
    {
        var input = Input((Us, score));
        return SagaPlanner.Failover("fo-1", Verdict(input, Us), input.Routing, settings, SagaMachine.Automatic);
    }

    /// <summary>The failback of us-east-1, whose users eu-west-1 serves.</summary>
    public static JournalRecord FailbackPlan(SagaSettings settings) =>
        SagaPlanner.Failback("fb-1", Us, RoutingTable.Home(All).With(Us, (Eu, 100)), settings, SagaMachine.Automatic);
}
