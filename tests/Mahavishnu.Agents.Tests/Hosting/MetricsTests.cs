using System.Diagnostics;
using Xunit;

namespace Mahavishnu.Agents.Tests.Hosting;

/// <summary>What <c>/metrics</c> shows.</summary>
[Collection(RunningAgents.Name)]
public sealed class MetricsTests(CalmWorld calm)
{
    private readonly AgentWorld _world = calm.World;

    [Theory]
    //          name                             type
    [InlineData("region_health_score",           "gauge")]
    [InlineData("region_condition",              "gauge")]
    [InlineData("region_advisory",               "gauge")]
    [InlineData("check_up",                      "gauge")]
    [InlineData("check_duration_seconds",        "histogram")]
    [InlineData("probes_total",                  "counter")]
    [InlineData("leader",                        "gauge")]
    [InlineData("leadership_epoch",              "gauge")]
    [InlineData("lease_remaining_seconds",       "gauge")]
    [InlineData("failovers_total",               "counter")]
    [InlineData("failover_step_duration_seconds", "histogram")]
    [InlineData("audit_events_total",            "counter")]
    [InlineData("alerts_total",                  "counter")]
    [InlineData("flight_inputs_lost_total",      "counter")]
    [InlineData("job_runs_total",                "counter")]
    [InlineData("job_duration_seconds",          "histogram")]
    [InlineData("build_info",                    "gauge")]
    public async Task Metrics_Scraped_HasTheFamily(string name, string type)
    {
        var metrics = new MetricsText((await _world.GetAsync(AgentWorld.Us, "/metrics", token: null)).Text);

        Assert.Equal(type, metrics.Types["mahavishnu_agent_" + name]);
    }

    [Fact]
    public async Task Metrics_Scraped_TellTheWorldAsItIs()
    {
        var leader = await calm.LeaderAsync();
        var metrics = new MetricsText((await _world.GetAsync(leader, "/metrics", token: null)).Text);

        Assert.Equal(1, metrics[$$"""mahavishnu_agent_leader{region="{{leader}}"}"""]);
        Assert.Equal(1, metrics["""mahavishnu_agent_region_condition{region="us-west-2",condition="down"}"""]);
        Assert.Equal(1, metrics["""mahavishnu_agent_region_health_score{region="eu-west-1"}"""]);
        Assert.Equal(0, metrics["""mahavishnu_agent_check_up{region="us-west-2",check="/health"}"""]);
        Assert.Equal(1, metrics["""mahavishnu_agent_check_up{region="us-east-1",check="/health"}"""]);
        Assert.InRange(metrics["mahavishnu_agent_lease_remaining_seconds"], 0.001, 4);
        Assert.True(metrics["mahavishnu_agent_leadership_epoch"] >= 1);
    }

    [Fact]
    public async Task Metrics_GivenToPromtool_ArePassed()
    {
        const string promtool = "/usr/bin/promtool";
        if (!File.Exists(promtool))
        {
            Assert.Skip($"{promtool} is not installed");
        }

        var text = (await _world.GetAsync(AgentWorld.Us, "/metrics", token: null)).Text;
        using var check = Process.Start(new ProcessStartInfo(promtool, ["check", "metrics"]) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true })!;
        await check.StandardInput.WriteAsync(text);
        check.StandardInput.Close();
        var said = await check.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await check.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await check.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal((0, ""), (check.ExitCode, said));
    }
}
