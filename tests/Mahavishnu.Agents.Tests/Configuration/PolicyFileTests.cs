using System.Collections;
using Mahavishnu.Agents.Configuration;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Tests.Cli;
using Xunit;

namespace Mahavishnu.Agents.Tests.Configuration;

/// <summary>A policy laid over recorded settings changes what it names and nothing else.</summary>
public sealed class PolicyFileTests : IDisposable
{
    private static readonly RegionId Eu = new("eu-west-1");

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    private (FailoverSettings? Settings, IReadOnlyList<ConfigProblem> Errors) Over(string policy)
    {
        File.WriteAllText(_file, policy);
        return new PolicyFile(_file).Over(RecordedOutage.Settings);
    }

    private FailoverSettings With(string policy) => Over(policy).Settings!;

    /// <summary>The settings as text, with what is in their lists and maps.</summary>
    private static string Text(object? value) => value switch
    {
        null => "null",
        string or ValueType => FormattableString.Invariant($"{value}"),
        IDictionary map => "{" + string.Join(", ", map.Keys.Cast<object>().OrderBy(static k => k.ToString(), StringComparer.Ordinal).Select(k => $"{k}: {Text(map[k])}")) + "}",
        IEnumerable list => "[" + string.Join(", ", list.Cast<object?>().Select(Text)) + "]",
        _ => value.GetType().Name + "{" + string.Join(", ", value.GetType().GetProperties().Where(static p => p.GetIndexParameters().Length == 0 && !p.GetMethod!.IsStatic).Select(p => $"{p.Name}: {Text(p.GetValue(value))}")) + "}",
    };

    [Fact]
    public void Over_NothingSaid_GivesTheRecordedSettings() => Assert.Equal(Text(RecordedOutage.Settings), Text(With("{}")));

    [Fact]
    public void Over_EverySettingOfPolicy_TakesItsValue()
    {
        var policy = With(
            """
            regions:
              eu-west-1: {role: backup, data_residency: us, data_classes: [logs], capacity_percent: 40, preference: 9}
            data_classes:
              logs: {anywhere: false, may_move: {us: [us, eu]}}
            failover: {thresholds: {immediate: 0.1, graceful: 0.3, target: 0.6}, cooldown_seconds: 5, watch: 6s, step_deadline: 7s, automatic: false}
            failback:
              auto_failback: true
              health_check_duration: 8
              steps:
                - {name: a, type: health_check, target_region: original, threshold: 0.8}
                - {name: b, type: drain_traffic, region: failover, duration: 3s}
                - {name: c, type: health_check, target_region: original, threshold: 0.85}
            """);
        var recorded = RecordedOutage.Settings;

        Assert.Equal(
            Text(recorded with
            {
                Regions = new Dictionary<RegionId, RegionFacts>(recorded.Regions) { [Eu] = new(Eu, "us", ["logs"], 0.4, 9, false) },
                Residency = recorded.Residency with { Classes = new Dictionary<string, IReadOnlyDictionary<string, IReadOnlyList<string>>?>(recorded.Residency.Classes) { ["logs"] = new Dictionary<string, IReadOnlyList<string>> { ["us"] = ["us", "eu"] } } },
                Thresholds = new DecisionThresholds(0.1, 0.3, 0.6, TimeSpan.FromSeconds(5)) { Settle = recorded.Thresholds.Settle },
                Saga = recorded.Saga with { Watch = TimeSpan.FromSeconds(6), StepDeadline = TimeSpan.FromSeconds(7), TargetScore = 0.6, FailingScore = 0.3, FailbackScore = 0.8, FinalScore = 0.85, FailbackDrain = TimeSpan.FromSeconds(3) },
                Automatic = false,
                AutoFailback = true,
                FailbackWindow = TimeSpan.FromSeconds(8),
            }),
            Text(policy));
    }

    [Theory]
    //          policy                                                                    what is said
    [InlineData("",                                                                       "is empty")]
    [InlineData("[1]",                                                                    "holds a list")]
    [InlineData("failover: {",                                                            "is not valid YAML")]
    [InlineData("failover: {automatic: true, automatic: false}",                          "stands twice")]
    [InlineData("failovr: {}",                                                            "did you mean `failover`?")]
    [InlineData("split_brain_prevention: {}",                                             "expected one of regions, data_classes, failover, failback")]
    [InlineData("regions: {eu-west-1: {endpoint: 'http://x'}}",                           "regions.eu-west-1.endpoint: is not a known key")]
    [InlineData("regions: {eu-west-1: {data_classes: [mial]}}",                           "did you mean `mail`?")]
    [InlineData("failover: {thresholds: {graceful: 0.1}}",                                "expected immediate < graceful")]
    [InlineData("data_classes: {mail: {anywhere: true}}",                                 "expected one of the two")]
    [InlineData("failback: {steps: [{name: a, type: drain_traffic}]}",                    "needs it")]
    public void Over_PolicyThatIsNone_SaysWhatIsWrong(string policy, string says)
    {
        var (settings, errors) = Over(policy);

        Assert.Null(settings);
        Assert.Contains(says, string.Join('\n', errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Over_NoFile_SaysSo() =>
        Assert.Contains("does not exist", Assert.Single(new PolicyFile("/nowhere/at/all.yaml").Over(RecordedOutage.Settings).Errors).Message, StringComparison.Ordinal);
}
