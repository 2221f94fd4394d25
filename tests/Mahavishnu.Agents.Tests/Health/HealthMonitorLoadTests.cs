using Mahavishnu.Agents.Adapters.Probes;
using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Health;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Mahavishnu.Agents.Tests.Health;

public sealed class HealthMonitorLoadTests
{
    private const int Checks = 200;
    private const int Hanging = 50;

    /// <summary>One bad target must not starve the rest. Source: blackbox_exporter, issue 790.</summary>
    [Fact]
    public async Task RunAsync_FiftyOfTwoHundredTargetsHang_TheOthersKeepTheirCadence()
    {
        await using var target = await StartTargetAsync();
        var url = target.Urls.Single();
        var probes = Enumerable.Range(0, Checks).Select(i => ProbeFactory.Create(
            new ProbeOptions(new Uri($"{url}/{(i < Hanging ? "hang" : "health")}"), TimeSpan.FromMinutes(2)) { ExpectedBody = """{"status":"healthy"}""" },
            TimeProvider.System)).ToList();
        var interval = TimeSpan.FromMilliseconds(200);
        var checks = probes.Select((probe, i) =>
            new CheckDefinition(new RegionId($"r{i % 4}"), $"c{i}", probe, 1, false, interval, 3, 2)).ToList();
        var monitor = new HealthMonitor(checks, ObserverLimits.Default, TimeProvider.System, new Random(7));

        await using (var run = new Run(monitor))
        {
            await run.UntilAsync(() => monitor.Snapshot().Checks.Skip(Hanging).All(check => check.Probes >= 10));
            var snapshot = monitor.Snapshot();

            Assert.All(snapshot.Checks.Skip(Hanging), check => Assert.Equal((0L, CheckStanding.Passing), (check.Failures, check.State.Standing)));
            Assert.All(snapshot.Checks.Take(Hanging), check => Assert.Equal(CheckStanding.Unknown, check.State.Standing));
            // Those that answer share the machine evenly: none is far ahead of another.
            var counts = snapshot.Checks.Skip(Hanging).Select(check => check.Probes + check.Skipped).ToList();
            Assert.True(counts.Max() - counts.Min() <= 3, $"from {counts.Min()} to {counts.Max()} probes");
        }

        probes.ForEach(probe => (probe as IDisposable)?.Dispose());
    }

    private static async Task<WebApplication> StartTargetAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var target = builder.Build();
        target.Run(context => context.Request.Path == "/hang"
            ? Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted)
            : context.Response.WriteAsync("""{"status":"healthy"}"""));
        await target.StartAsync(TestContext.Current.CancellationToken);
        return target;
    }
}
