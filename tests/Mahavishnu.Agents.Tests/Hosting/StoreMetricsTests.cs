using System.Text;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Hosting;
using Mahavishnu.Agents.Replication;
using Xunit;

namespace Mahavishnu.Agents.Tests.Hosting;

public sealed class StoreMetricsTests
{
    private static readonly RegionId Us = new("us-east-1");
    private static readonly RegionId Eu = new("eu-west-1");
    private static readonly StoreGauge Own = new("queue_depth", "Depth.", "queue");

    [Fact]
    public async Task Show_AStore_IsItsLagWindowsFindingsAndOwnMeasures()
    {
        var lines = await ScrapeAsync(Seen(TimeSpan.FromSeconds(2), "a"));

        Assert.Contains("mahavishnu_agent_store_up{store=\"kafka\"} 1", lines);
        Assert.Contains("mahavishnu_agent_replication_lag_seconds{store=\"kafka\",source=\"us-east-1\",target=\"eu-west-1\"} 2", lines);
        Assert.Contains("mahavishnu_agent_replication_lag_known{store=\"kafka\",source=\"us-east-1\",target=\"eu-west-1\"} 1", lines);
        Assert.Contains("mahavishnu_agent_time_to_irrecoverable_seconds{store=\"kafka\",link=\"mirror\"} 60", lines);
        Assert.Contains("mahavishnu_agent_store_findings{store=\"kafka\",severity=\"critical\"} 1", lines);
        Assert.Contains("mahavishnu_agent_store_findings{store=\"kafka\",severity=\"warning\"} 0", lines);
        Assert.Contains("mahavishnu_agent_queue_depth{queue=\"a\"} 7", lines);
    }

    [Fact]
    public async Task Show_WhatIsNotKnownAnyMore_IsTakenAway()
    {
        var lines = await ScrapeAsync(Seen(TimeSpan.FromSeconds(2), "a"), Seen(null, "b"));

        Assert.DoesNotContain(lines, static l => l.StartsWith("mahavishnu_agent_replication_lag_seconds{", StringComparison.Ordinal));
        Assert.Contains("mahavishnu_agent_replication_lag_known{store=\"kafka\",source=\"us-east-1\",target=\"eu-west-1\"} 0", lines);
        Assert.DoesNotContain("mahavishnu_agent_queue_depth{queue=\"a\"} 7", lines);
        Assert.Contains("mahavishnu_agent_queue_depth{queue=\"b\"} 7", lines);

        Assert.DoesNotContain(await ScrapeAsync(Seen(null, "b"), null), static l => l.StartsWith("mahavishnu_agent_store_up{", StringComparison.Ordinal));
    }

    private static StoreView Seen(TimeSpan? lag, string queue) => new("kafka", TimeSpan.Zero, null, new { })
    {
        Lag = new Dictionary<RegionId, LagReading> { [Us] = new(lag, TimeSpan.Zero, TimeSpan.Zero, lag is null ? LagState.Unknown : LagState.Measured, "why") },
        Windows = [new RecoveryWindow("kafka", "mirror", TimeSpan.FromMinutes(1), RecoveryState.Counting, "why")],
        Findings = [new StoreFinding("K-01", FindingSeverity.Critical, "broker 1: is down")],
        Values = [Own.Of(7, queue)],
    };

    private static async Task<string[]> ScrapeAsync(params StoreView?[] turns)
    {
        var metrics = new AgentMetrics();
        foreach (var turn in turns)
        {
            metrics.Show(Eu, turn is null ? [] : [turn]);
        }

        using var text = new MemoryStream();
        await metrics.Registry.CollectAndExportAsTextAsync(text, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(text.ToArray()).Split('\n');
    }
}
