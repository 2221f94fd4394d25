using System.Net;
using System.Net.Sockets;
using Mahavishnu.Agents.Adapters.Probes;
using Mahavishnu.Agents.Core.Health;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Probes.ScriptedServer;

namespace Mahavishnu.Agents.Adapters.Tests.Probes;

/// <summary>How the probe makes, keeps and gives up its connection.</summary>
public sealed class HttpProbeConnectionTests
{
    private static readonly TimeSpan Patient = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(500);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ProbeAsync_NoConnectionLifetime_ConnectsForEachProbe()
    {
        await using var server = new ScriptedServer(Always(Answer("")));
        using var probe = Probe(server, options => options with { ConnectionLifetime = TimeSpan.Zero });

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(ProbeAnswer.Passed, (await probe.ProbeAsync(Stop)).Answer);
        }

        Assert.Equal(3, server.Accepted);
    }

    [Fact]
    public async Task ProbeAsync_AcceptedAndNeverAnswered_TimesOutAndTheNextConnectsAnew()
    {
        await using var server = new ScriptedServer(connection =>
            connection.Number == 1 ? connection.HangAsync() : Always(Answer(""))(connection));
        using var probe = Probe(server, options => options with { Timeout = Short });

        Assert.Equal("timed out after 500 ms while waiting for the answer", (await probe.ProbeAsync(Stop)).Reason);
        Assert.Equal("", (await probe.ProbeAsync(Stop)).Reason);
    }

    [Fact]
    public async Task ProbeAsync_NobodyListens_IsRefused()
    {
        var server = new ScriptedServer(Always(Answer("")));
        await server.DisposeAsync();
        using var probe = Probe(server);

        var outcome = await probe.ProbeAsync(Stop);

        Assert.Equal((ProbeAnswer.Failed, "connection refused"), (outcome.Answer, outcome.Reason));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ProbeAsync_KeptConnectionClosedAtTheNextRequest_IsAskedOnceMoreOnANewOne(bool reset)
    {
        await using var server = new ScriptedServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync(Answer(""));
            await connection.ReadRequestAsync();
            if (reset)
            {
                connection.Reset();
            }
        });
        using var probe = Probe(server);

        Assert.Equal("", (await probe.ProbeAsync(Stop)).Reason);
        Assert.Equal("", (await probe.ProbeAsync(Stop)).Reason);

        Assert.Equal(2, server.Accepted);
    }

    [Theory]
    [InlineData(true,  "connection reset by the target while waiting for the answer")]
    [InlineData(false, "connection closed by the target while waiting for the answer")]
    public async Task ProbeAsync_NewConnectionEndsWithoutAnswer_FailsAndIsNotRepeated(bool reset, string reason)
    {
        await using var server = new ScriptedServer(async connection =>
        {
            await connection.ReadRequestAsync();
            if (reset)
            {
                connection.Reset();
            }
        });
        using var probe = Probe(server);

        var outcome = await probe.ProbeAsync(Stop);

        Assert.Equal((ProbeAnswer.Failed, reason), (outcome.Answer, outcome.Reason));
        Assert.Equal(1, server.Accepted);
    }

    [Fact]
    public async Task ProbeAsync_KeptAndNewConnectionEndWithoutAnswer_FailsAfterOneRepetition()
    {
        await using var server = new ScriptedServer(async connection =>
        {
            await connection.ReadRequestAsync();
            if (connection.Number == 1)
            {
                await connection.SendAsync(Answer(""));
                await connection.ReadRequestAsync();
            }
        });
        using var probe = Probe(server);

        Assert.Equal("", (await probe.ProbeAsync(Stop)).Reason);
        Assert.Equal("connection closed by the target while waiting for the answer", (await probe.ProbeAsync(Stop)).Reason);

        Assert.Equal(2, server.Accepted);
    }

    [Fact]
    public async Task ProbeAsync_TargetDiesWithAKeptConnection_IsRefused()
    {
        var server = new ScriptedServer(Always(Answer("")));
        using var probe = Probe(server);
        Assert.Equal("", (await probe.ProbeAsync(Stop)).Reason);

        await server.DisposeAsync();

        Assert.Equal("connection refused", (await probe.ProbeAsync(Stop)).Reason);
    }

    [Fact]
    public async Task ProbeAsync_BacklogFull_TimesOutConnectingAndRecoversAfterwards()
    {
        using var full = new FullListener();
        using var probe = new HttpProbe(new ProbeOptions(new Uri($"http://{full.EndPoint}/"), Short), TimeProvider.System);

        Assert.Equal("timed out after 500 ms while connecting", (await probe.ProbeAsync(Stop)).Reason);
        var serving = full.ServeAsync(Answer(""), Stop);

        // The kernel keeps refusing for a moment: ask until it does not.
        var reasons = new List<string>();
        while (reasons.Count < 20 && !reasons.Contains(""))
        {
            reasons.Add((await probe.ProbeAsync(Stop)).Reason);
        }

        Assert.Contains("", reasons);
        full.Dispose();
        await serving;
    }

    [Fact]
    public async Task ProbeAsync_ListenerThatNeverAccepts_TimesOutWaiting()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(16);
        using var probe = new HttpProbe(new ProbeOptions(new Uri($"http://{listener.LocalEndPoint}/"), Short), TimeProvider.System);

        var outcome = await probe.ProbeAsync(Stop);

        Assert.Equal((ProbeAnswer.Failed, "timed out after 500 ms while waiting for the answer"), (outcome.Answer, outcome.Reason));
        Assert.True(outcome.Duration >= Short - TimeSpan.FromMilliseconds(20), $"took {outcome.Duration}");
    }

    private static HttpProbe Probe(ScriptedServer server, Func<ProbeOptions, ProbeOptions>? change = null)
    {
        var options = new ProbeOptions(server.Url(), Patient);
        return new HttpProbe(change?.Invoke(options) ?? options, TimeProvider.System);
    }
}
