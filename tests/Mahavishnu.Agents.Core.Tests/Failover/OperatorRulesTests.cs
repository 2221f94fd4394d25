using Mahavishnu.Agents.Core.Compliance;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;
using Xunit;
using static Mahavishnu.Agents.Core.Tests.Failover.Given;

namespace Mahavishnu.Agents.Core.Tests.Failover;

public sealed class OperatorRulesTests
{
    private const SagaKind Over = SagaKind.Failover;
    private const SagaKind Back = SagaKind.Failback;

    private static readonly FailbackReadiness Ready = new(true, "It is ready.");
    private static readonly FailbackReadiness NotReady = new(false, "It has held for 3 s of 60 s.");
    private static readonly RoutingTable UsAway = RoutingTable.Home(All).With(Us, (Eu, 100));
    private static readonly RegionId Mars = new("mars");

    private static readonly ResidencyCatalogue NeverOut = new(new Dictionary<string, IReadOnlyDictionary<string, IReadOnlyList<string>>?>
    {
        ["pii"] = new Dictionary<string, IReadOnlyList<string>>(),
    });

    private static readonly DecisionInput Unlawful = (Input((Us, 0)) with { Residency = NeverOut }).WithFacts(Facts(Us) with { DataClasses = ["pii"] });

    private static OperatorRequest Ask(SagaKind kind, RegionId region, RegionId? to = null, string? force = null) => new(kind, region, to, force is not null, force, "anna");

    private static OperatorAnswer Judge(OperatorRequest request, DecisionInput input, FailbackReadiness? failback = null) =>
        OperatorRules.Judge(request, input, "x-1", TrafficOnly, failback ?? Ready);

    private static DecisionInput Away(params (RegionId, double?)[] scores) => Input(scores) with { Routing = UsAway };

    public static TheoryData<string, OperatorRequest, DecisionInput, bool> Refusals() => new()
    {
        { "unknown_region",   Ask(Over, Mars),                       Input((Us, 0)),                                true },
        { "unknown_region",   Ask(Over, Us, Mars),                   Input((Us, 0)),                                true },
        { "unknown_region",   Ask(Back, Mars),                       Away(),                                        true },
        { "reason_missing",   Ask(Over, Us, force: " "),             Input((Us, 0)),                                true },
        { "reason_missing",   Ask(Back, Us, force: ""),              Away(),                                        true },
        { "plan_under_way",   Ask(Over, Us, force: "drill"),         Input((Us, 0)) with { RunningPlan = "fo-3" },  true },
        { "plan_under_way",   Ask(Back, Us, force: "drill"),         Away() with { RunningPlan = "fo-3" },          true },
        { "target_is_source", Ask(Over, Us, Us, "drill"),            Input((Us, 0)),                                true },
        { "serves_nobody",    Ask(Over, Us, force: "drill"),         Away((Us, 0)),                                 true },
        { "not_agreed",       Ask(Over, Us),                         Input(),                                       true },
        { "not_agreed",       Ask(Over, Us),                         Input((Us, 0.5)),                              true },
        { "not_agreed",       Ask(Over, Us),                         Input((Us, null)),                             true },
        { "not_agreed",       Ask(Over, Us),                         Input((Us, 0)) with { Maintenance = "upgrade" }, true },
        { "no_target",        Ask(Over, Us),                         Input((Us, 0), (Eu, 0), (Ap, 0.5)),            true },
        { "no_target",        Ask(Over, Us, force: "drill"),         Unlawful,                                      true },
        { "unlawful_target",  Ask(Over, Us, Eu),                     Unlawful,                                      true },
        { "unlawful_target",  Ask(Over, Us, Eu, "I insist"),         Unlawful,                                      true },
        { "unhealthy_target", Ask(Over, Us, Eu),                     Input((Us, 0), (Eu, 0.69)),                    true },
        { "unhealthy_target", Ask(Over, Us, Eu),                     Input((Us, 0), (Eu, null)),                    true },
        { "unhealthy_target", Ask(Over, Us, Eu, "I insist"),         Input((Us, 0), (Eu, 0)),                       true },
        { "at_home",          Ask(Back, Us, force: "drill"),         Input(),                                       true },
        { "unhealthy_target", Ask(Back, Us, force: "I insist"),      Away((Us, 0)),                                 true },
        { "not_ready",        Ask(Back, Us),                         Away(),                                        false },
        { "not_ready",        Ask(Back, Us),                         Away() with { Maintenance = "upgrade" },       true },
        { "nobody_serves",    Ask(Back, Us, force: "drill"),         Input() with { Routing = UsAway.With(Us) },    true },
        { "nobody_serves",    Ask(Back, Us),                         Input() with { Routing = UsAway.With(Us) },    false },
    };

    [Theory]
    [MemberData(nameof(Refusals), DisableDiscoveryEnumeration = true)]
    public void Judge_MayNotBe_IsRefusedWithACodeAndNoPlan(string code, OperatorRequest request, DecisionInput input, bool ready)
    {
        var answer = Judge(request, input, ready ? Ready : NotReady);

        Assert.Equal((code, null), (answer.Code, answer.Plan));
        Assert.NotEmpty(answer.Message);
    }

    public static TheoryData<string, OperatorRequest, DecisionInput, DecisionKind> Plans() => new()
    {
        { "ap-south-1", Ask(Over, Us),                    Input((Us, 0)),                                  DecisionKind.ImmediateFailover },
        { "ap-south-1", Ask(Over, Us),                    Input((Us, 0.499)),                              DecisionKind.GracefulFailover },
        { "eu-west-1",  Ask(Over, Us, Eu),                Input((Us, 0)),                                  DecisionKind.ImmediateFailover },
        { "ap-south-1", Ask(Over, Us, force: "drill"),    Input(),                                         DecisionKind.GracefulFailover },
        { "ap-south-1", Ask(Over, Us, force: "drill"),    Input((Us, null)),                               DecisionKind.GracefulFailover },
        { "ap-south-1", Ask(Over, Us, force: "drill"),    Input((Us, 0)) with { Maintenance = "upgrade" }, DecisionKind.ImmediateFailover },
        { "eu-west-1",  Ask(Over, Us, Eu, "only choice"), Input((Us, 0), (Eu, 0.5)),                       DecisionKind.ImmediateFailover },
        { "eu-west-1",  Ask(Over, Us, Eu, "only choice"), Input((Us, 0), (Eu, null)),                      DecisionKind.ImmediateFailover },
        { "us-east-1",  Ask(Back, Us, force: "drill"),    Away((Us, 0.8)),                                 DecisionKind.GracefulFailover },
    };

    [Theory]
    [MemberData(nameof(Plans), DisableDiscoveryEnumeration = true)]
    public void Judge_MayBe_IsPlannedInTheNameOfWhoAsked(string target, OperatorRequest request, DecisionInput input, DecisionKind kind)
    {
        var answer = Judge(request, input, NotReady);

        Assert.Equal("", answer.Code);
        Assert.NotNull(answer.Plan);
        Assert.Equal((target, kind, "anna", "x-1"), (answer.Plan.Target.Value, answer.Plan.Decision, answer.Plan.RequestedBy, answer.Plan.PlanId));
        Assert.True(request.Reason is null || answer.Plan.Reason == request.Reason, answer.Plan.Reason);
    }

    [Fact]
    public void Judge_FailoverDuringCooldown_IsAnOperatorsRight()
    {
        var input = Input((Us, 0)) with { SinceFailover = new Dictionary<RegionId, TimeSpan> { [Us] = TimeSpan.Zero } };

        Assert.Equal("", Judge(Ask(Over, Us), input).Code);
    }

    [Fact]
    public void Judge_ReadyFailback_NeedsNoForce() => Assert.Equal(Back, Judge(Ask(Back, Us), Away()).Plan?.Kind);

    [Fact]
    public void Judge_FailoverThatMayLoseTooMuch_NeedsForce()
    {
        var input = Input((Us, 0)) with { Thresholds = DecisionThresholds.Default with { LossLimit = TimeSpan.FromSeconds(60) } };
        var request = new OperatorRequest(SagaKind.Failover, Us, null, false, "a drill", "anna");

        Assert.Equal("data_at_risk", OperatorRules.Judge(request, input, "fo-1", AllSteps, new FailbackReadiness(false, "")).Code);
        Assert.NotNull(OperatorRules.Judge(request with { Force = true }, input, "fo-1", AllSteps, new FailbackReadiness(false, "")).Plan);
        Assert.NotNull(OperatorRules.Judge(request, input with { Writers = new HashSet<RegionId> { Eu } }, "fo-1", AllSteps, new FailbackReadiness(false, "")).Plan);
    }
}
