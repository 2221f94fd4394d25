using Mahavishnu.Agents.Adapters.Probes;
using Mahavishnu.Agents.Core.Health;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static Mahavishnu.Agents.Adapters.Tests.Probes.ScriptedServer;

namespace Mahavishnu.Agents.Adapters.Tests.Probes;

public sealed class HttpProbeTests
{
    private const string Healthy = """{"status":"healthy"}""";

    private static readonly TimeSpan Patient = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(500);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ProbeAsync_ExpectedAnswers_PassOnOneConnection()
    {
        await using var server = new ScriptedServer(Always(Answer("""{ "uptime": 7, "status": "healthy" }""", headers: "X-Region: us\r\n")));
        using var probe = Probe(server, options => options with
        {
            ExpectedBody = Healthy,
            ExpectedHeaders = new Dictionary<string, string> { ["x-region"] = "us", ["Content-Type"] = "application/json" },
        });

        for (var i = 0; i < 3; i++)
        {
            var outcome = await probe.ProbeAsync(Stop);
            Assert.Equal((ProbeAnswer.Passed, ""), (outcome.Answer, outcome.Reason));
            Assert.Null(outcome.CertificateTimeLeft);
        }

        Assert.Equal(1, server.Accepted);
    }

    public static TheoryData<string, string> WrongAnswers => new()
    {
        // answer                                                          reason
        { Answer(Healthy, 503),                                            "status 503, expected 200" },
        { Answer("", 302, "Location: /elsewhere\r\nX-Region: us\r\n"),     "status 302, expected 200" },
        { Answer("""{"status":"ill"}""", headers: "X-Region: us\r\n"),     """body differs at $.status: "ill", expected "healthy" """.Trim() },
        { Answer("<html>", headers: "X-Region: us\r\n"),                   "body is not JSON" },
        { Answer("", headers: "X-Region: us\r\n"),                         "body is not JSON" },
        { Answer(Healthy),                                                 "header X-Region is missing, expected 'us'" },
        { Answer(Healthy, headers: "X-Region: eu\r\n"),                    "header X-Region is 'eu', expected 'us'" },
        { Answer(new string(' ', 64 * 1024 + 1), headers: "X-Region: us\r\n"), "body is over 64 KiB" },
        { "SSH-2.0-OpenSSH_9.2\r\n\r\n",                                   "the answer is not valid HTTP" },
        { $"HTTP/1.1 200 X\r\nX-Long: {new string('x', 20_000)}\r\n\r\n",  "headers are longer than 16 KiB" },
    };

    [Theory]
    [MemberData(nameof(WrongAnswers))]
    public async Task ProbeAsync_WrongAnswer_FailsWithReason(string answer, string reason)
    {
        await using var server = new ScriptedServer(Always(answer));
        using var probe = Probe(server, options => options with
        {
            ExpectedBody = Healthy,
            ExpectedHeaders = new Dictionary<string, string> { ["X-Region"] = "us" },
        });

        var outcome = await probe.ProbeAsync(Stop);

        Assert.Equal((ProbeAnswer.Failed, reason), (outcome.Answer, outcome.Reason));
    }

    [Fact]
    public async Task ProbeAsync_BodyOfJustTheLimit_Passes()
    {
        await using var server = new ScriptedServer(Always(Answer(new string('x', HttpProbe.BodyLimitBytes))));
        using var probe = Probe(server);

        Assert.Equal("", (await probe.ProbeAsync(Stop)).Reason);
    }

    [Fact]
    public async Task ProbeAsync_EndlessBody_FailsAtTheLimit()
    {
        await using var server = new ScriptedServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\n\r\n");
            while (true)
            {
                await connection.SendAsync(new string('x', 4096));
            }
        });
        using var probe = Probe(server);

        Assert.Equal("body is over 64 KiB", (await probe.ProbeAsync(Stop)).Reason);
    }

    [Fact]
    public async Task ProbeAsync_ExpectedRedirect_PassesWithoutFollowing()
    {
        await using var server = new ScriptedServer(Always(Answer("", 302, "Location: /elsewhere\r\n")));
        using var probe = Probe(server, options => options with { ExpectedStatus = 302 });

        Assert.Equal("", (await probe.ProbeAsync(Stop)).Reason);
    }

    [Fact]
    public async Task ProbeAsync_DripFedBody_TimesOutReading()
    {
        await using var server = new ScriptedServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n");
            while (true)
            {
                await connection.SendAsync("x");
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, connection.Stop);
            }
        });
        using var probe = Probe(server, options => options with { Timeout = Short });

        Assert.Equal("timed out after 500 ms while reading the body", (await probe.ProbeAsync(Stop)).Reason);
    }

    [Theory]
    [InlineData(true,  "connection reset by the target while reading the body")]
    [InlineData(false, "connection closed by the target while reading the body")]
    public async Task ProbeAsync_ConnectionEndsInMidBody_Fails(bool reset, string reason)
    {
        await using var server = new ScriptedServer(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
            if (reset)
            {
                connection.Reset();
            }
        });
        using var probe = Probe(server);

        Assert.Equal(reason, (await probe.ProbeAsync(Stop)).Reason);
    }

    [Fact]
    public async Task ProbeAsync_DeadlineOnTheGivenClock_PassesWithThatClock()
    {
        var time = new FakeTimeProvider();
        await using var server = new ScriptedServer(connection => connection.HangAsync());
        using var probe = new HttpProbe(new ProbeOptions(server.Url(), Patient), time);

        var asking = probe.ProbeAsync(Stop);
        time.Advance(Patient);

        Assert.Equal("timed out after 30000 ms", (await asking).Reason[..24]);
        Assert.Equal(Patient, (await asking).Duration);
    }

    [Fact]
    public async Task ProbeAsync_Cancelled_Throws()
    {
        using var cancel = new CancellationTokenSource();
        await using var server = new ScriptedServer(connection => connection.HangAsync());
        using var probe = Probe(server);

        var asking = probe.ProbeAsync(cancel.Token);
        await Assert.ThrowsAsync<InvalidOperationException>(() => probe.ProbeAsync(Stop));
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    private static HttpProbe Probe(ScriptedServer server, Func<ProbeOptions, ProbeOptions>? change = null)
    {
        var options = new ProbeOptions(server.Url(), Patient);
        return new HttpProbe(change?.Invoke(options) ?? options, TimeProvider.System);
    }
}
