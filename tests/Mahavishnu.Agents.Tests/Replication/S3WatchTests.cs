using System.Collections.Concurrent;
using System.Text.Json;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Hosting;
using Mahavishnu.Agents.Replication;
using Mahavishnu.Agents.TestKit.Servers;
using Mahavishnu.Agents.Tests.Configuration;
using Mahavishnu.Agents.Tests.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Mahavishnu.Agents.Tests.Replication;

public sealed class S3WatchTests
{
    private static readonly RegionId Us = new("us-east-1");
    private static readonly RegionId Eu = new("eu-west-1");
    private readonly ConcurrentQueue<string> _runs = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private S3Watch Watch(Uri eu, Uri us)
    {
        using var folder = new ConfigFolder(region: Section(eu, us));
        Assert.Empty(folder.Errors());
        var s3 = folder.Load().Options!.Storage.S3!;
        return new S3Watch(
            Us, "us-east-1-1", s3.ToIntent(), s3.ToNodes(TimeProvider.System), s3, new AgentClock(TimeProvider.System), (job, outcome, _) => _runs.Enqueue($"{job} {outcome}"), NullLogger<S3Watch>.Instance);
    }

    private static string Section(Uri eu, Uri us) => $$"""
        storage:
          s3:
            path_style: true
            access_key: AKIATEST
            secret_key: secretsecret
            interval: 1s
            canary: {interval: 200ms, poll: 100ms, timeout: 10s}
            buckets:
              eu: {region: eu-west-1, name: watched-eu, endpoint: "{{eu}}"}
              us: {region: us-east-1, name: watched-us, endpoint: "{{us}}"}
            replication:
              rules:
                - {source: watched-eu, destinations: [watched-us]}
        """;

    private static IEnumerable<string> Rules(StoreView view) => view.Findings.Select(static f => f.Rule);

    [Fact]
    public async Task Canaries_OfRealGateways_ShowThatCopiesMoveAndThatTheyStandStill()
    {
        Assert.SkipWhen(CephGateway.Missing is not null, CephGateway.Missing ?? "");
        await using var ceph = new CephGateway();
        await StartAsync(ceph);
        await ceph.MakeBucketAsync("watched-eu", Cancelled);
        await ceph.MakeBucketAsync("watched-us", Cancelled);
        await ApplyTests.ApplyPlanApplyAsync(Section(ceph.Eu.Url, ceph.Us.Url));
        await ceph.LetCopyAsync("watched-eu", "watched-us", Cancelled);
        using var watch = Watch(ceph.Eu.Url, ceph.Us.Url);

        // What was written before the other zone had heard of the rules is never copied, and is left out after the timeout.
        await Until.TrueAsync("a canary arrives", async () =>
        {
            Assert.True(await watch.SendAsync(Cancelled), string.Join('\n', watch.View().Findings));
            await watch.RunOnceAsync(Cancelled);
            return watch.View().Lag[Eu].AtMost is not null;
        });

        await ceph.Us.StopCopyingAsync(Cancelled);
        await watch.SendAsync(Cancelled);
        await watch.RunOnceAsync(Cancelled);
        var first = (Waits: Waiting(watch), Lag: watch.View().Lag[Eu].AtMost);
        await watch.RunOnceAsync(Cancelled);
        var second = (Waits: Waiting(watch), Lag: watch.View().Lag[Eu].AtMost);

        Assert.True(second.Waits > first.Waits && first.Waits > 0 && second.Lag > first.Lag, $"{first}, then {second}");
        Assert.DoesNotContain("S-12", Rules(watch.View()));
        Assert.Null(watch.View().Problem);
    }

    private static double Waiting(S3Watch watch) => watch.View().Values.Single(static v => v.Gauge.Name == "s3_canary_waiting_seconds").Value;

    private static async Task StartAsync(CephGateway ceph)
    {
        try
        {
            await ceph.StartAsync(Cancelled);
        }
        catch (InvalidOperationException failed)
        {
            Assert.Skip($"Ceph does not start here: {failed.Message}");
        }
    }

    [Fact]
    public async Task View_CopyIsAnother_OrWasGivenUp_IsFound()
    {
        await using var eu = await S3Double.StartAsync(Cancelled);
        await using var us = await S3Double.StartAsync(Cancelled);
        using var watch = Watch(eu.Url, us.Url);
        Assert.True(await watch.SendAsync(Cancelled));
        var sent = Assert.Single(eu.Objects);
        Assert.StartsWith("watched-eu/_canary/eu-west-1/us-east-1-1/", sent.Key, StringComparison.Ordinal);

        eu.Objects[sent.Key] = sent.Value with { ReplicationStatus = "FAILED" };
        await watch.RunOnceAsync(Cancelled);

        Assert.Contains("S-11", Rules(watch.View()));
        Assert.Null(watch.View().Lag[Eu].AtMost);

        us.Objects[sent.Key.Replace("watched-eu/", "watched-us/", StringComparison.Ordinal)] = new S3DoubleObject([1], null, "REPLICA");
        await watch.RunOnceAsync(Cancelled);

        Assert.Contains("S-12", Rules(watch.View()));
    }

    [Fact]
    public async Task ExecuteAsync_Runs_SendsCanariesOnItsScheduleAndMeasuresThem()
    {
        await using var store = await S3Double.StartAsync(Cancelled);
        using var watch = Watch(store.Url, store.Url);

        await watch.StartAsync(Cancelled);
        await Until.TrueAsync("three canaries are sent", () => Task.FromResult(_runs.Count(static r => r == "s3_canary done") >= 3));
        foreach (var sent in store.Objects)
        {
            store.Objects[sent.Key.Replace("watched-eu/", "watched-us/", StringComparison.Ordinal)] = sent.Value with { ReplicationStatus = "REPLICA" };
        }

        await Until.TrueAsync("they are seen", () => Task.FromResult(watch.View().Lag[Eu].State == LagState.Measured));
        await watch.StopAsync(Cancelled);
        var runs = _runs.Count;

        Assert.Equal(["S-01", "S-07"], Rules(watch.View()).Order(StringComparer.Ordinal));
        Assert.Equal(["watched-us"], JsonSerializer.SerializeToNode(watch.View().Document)!["buckets"]!.AsArray().Select(static b => (string)b!));
        Assert.Equal(runs, _runs.Count);
    }

    [Fact]
    public async Task RunOnceAsync_StoreDoesNotAnswer_IsAProblemAndNoLagOfZero()
    {
        var nowhere = new Uri($"http://127.0.0.1:{LocalServer.FreePort()}");
        using var watch = Watch(nowhere, nowhere);

        Assert.False(await watch.SendAsync(Cancelled));
        await watch.RunOnceAsync(Cancelled);

        Assert.StartsWith("us-east-1 bucket watched-us: cannot be reached", watch.View().Problem, StringComparison.Ordinal);
        Assert.Equal(["S-14"], Rules(watch.View()));
        Assert.Null(watch.View().Lag[Eu].AtMost);
    }
}
