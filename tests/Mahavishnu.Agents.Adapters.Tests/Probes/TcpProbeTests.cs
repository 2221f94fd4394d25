using Mahavishnu.Agents.Adapters.Probes;
using Mahavishnu.Agents.Core.Health;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.Probes;

public sealed class TcpProbeTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public async Task ProbeAsync_Listener_PassesWithoutSendingAnything(string host)
    {
        await using var server = new ScriptedServer(connection => connection.HangAsync());
        var probe = ProbeFactory.Create(new ProbeOptions(new Uri($"tcp://{host}:{server.Port}"), TimeSpan.FromSeconds(30)), TimeProvider.System);

        var outcome = await probe.ProbeAsync(Stop);

        Assert.Equal((ProbeAnswer.Passed, ""), (outcome.Answer, outcome.Reason));
    }

    [Fact]
    public async Task ProbeAsync_NobodyListens_IsRefused()
    {
        var server = new ScriptedServer(connection => connection.HangAsync());
        await server.DisposeAsync();

        var outcome = await Probe(server.Url("tcp", "")).ProbeAsync(Stop);

        Assert.Equal((ProbeAnswer.Failed, "connection refused"), (outcome.Answer, outcome.Reason));
    }

    [Fact]
    public async Task ProbeAsync_BacklogFull_TimesOut()
    {
        using var full = new FullListener();

        var outcome = await Probe(new Uri($"tcp://{full.EndPoint}")).ProbeAsync(Stop);

        Assert.Equal((ProbeAnswer.Failed, "timed out after 200 ms while connecting"), (outcome.Answer, outcome.Reason));
    }

    [Fact]
    public async Task ProbeAsync_Cancelled_Throws() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Probe(new Uri("tcp://127.0.0.1:9")).ProbeAsync(new CancellationToken(canceled: true)));

    private static TcpProbe Probe(Uri url) => new(new ProbeOptions(url, TimeSpan.FromMilliseconds(200)), TimeProvider.System);
}
