using Mahavishnu.Agents.Adapters.Postgres;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.Postgres;

public sealed class PostgresLinkHealthTests
{
    private static readonly PostgresLink Sound = new("pglogical", "us_from_eu", "eu", "slot_us", true, true, "replicating", null, null, false);
    private static readonly PostgresLinkReading Reading = new(150020, "us", new PostgresLsn(5), [Sound], [new("slot_eu", true, 1, null, false)], ["conflicts", "heartbeat"], [], null);

    public static TheoryData<string, PostgresLinkReading, bool, double> Cases => new()
    {
        { "", Reading, false, 0 },
        { "L-01", Reading with { Links = [] }, false, 0 },
        { "L-01", Reading with { Links = [Sound with { Kind = "native", Name = "from_ap" }] }, false, 0 },
        { "L-02", Reading with { Links = [Sound with { Enabled = false, Running = false }] }, false, 0 },
        { "", Reading with { Links = [Sound with { Enabled = false, Running = false }] }, true, 0 },
        { "L-03", Reading with { Links = [Sound with { Running = false, Status = "down" }] }, false, 30 },
        { "", Reading with { Links = [Sound with { Running = false, Status = "down" }] }, true, 30 },
        { "L-04", Reading with { Links = [Sound with { Loops = true }] }, false, 0 },
        { "L-04", Reading with { Links = [Sound with { Kind = "native", Name = "from_eu", Loops = true }] }, false, 0 },
        { "L-05", Reading with { Node = "other" }, false, 0 },
        { "L-06", Reading with { Published = ["conflicts", "fence", "heartbeat"] }, false, 0 },
        { "L-07", Reading with { Published = [] }, false, 0 },
        { "L-08", Reading with { Slots = [new("slot_eu", false, null, null, true)] }, false, 0 },
        { "L-09", Reading with { Slots = [new("slot_eu", false, 70, null, false)] }, false, 0 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Findings_OneThingWrong_NamesItsRule(string rules, PostgresLinkReading reading, bool fenced, double downSeconds)
    {
        var down = new Dictionary<string, TimeSpan> { ["us_from_eu"] = TimeSpan.FromSeconds(downSeconds) };

        var findings = PostgresLinkHealth.Findings(reading, "us", ["eu"], fenced ? new HashSet<string> { "eu" } : [], down, 100);

        Assert.Equal(rules, string.Join(' ', findings.Select(static f => f.Rule)));
    }

    [Fact]
    public void Findings_NativeBothWaysBefore16_SaysThatItCannotBe()
    {
        var native = Reading with { Links = [Sound with { Kind = "native", Name = "from_eu", Loops = true }] };

        Assert.Contains("PostgreSQL 15 cannot run in both directions", Assert.Single(Find(native)).Sentence, StringComparison.Ordinal);
        Assert.Contains("set origin = none", Assert.Single(Find(native with { Version = 170000 })).Sentence, StringComparison.Ordinal);

        static IReadOnlyList<Core.Replication.StoreFinding> Find(PostgresLinkReading reading) =>
            PostgresLinkHealth.Findings(reading, "us", ["eu"], new HashSet<string>(), new Dictionary<string, TimeSpan>(), null);
    }
}
