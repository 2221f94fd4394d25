using System.Text.Json;
using CsCheck;
using Mahavishnu.Agents.Adapters.Probes;
using Mahavishnu.Agents.Adapters.Tests.Consul;
using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.TestKit.Fuzzing;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.Probes;

/// <summary>Services that answer a probe with anything in any way: it passes or fails, and passes only for what was expected.</summary>
public sealed class ProbeFuzzTests
{
    private static readonly Gen<string> Body = Gen.Frequency(
        (3, JsonEdits.Of("""{"status":"healthy","uptime":7,"checks":[{"name":"db","ok":true}]}""", "\"healthy\"", "\"degraded\"")),
        (2, Gen.Const("""{"status":"healthy"}""")),
        (1, Fuzz.Garbage));

    [Fact]
    public async Task ProbeAsync_AnyAnswer_PassesOnlyWhereTheServiceSaysThatItIsWell()
    {
        RawAnswer? next = null;
        await using var peer = ScriptedPeer.Start(exchange => next!.SendAsync(exchange));

        await Fuzz.HoldsAsync(RawAnswer.Of("200", Body), 500, async answer =>
        {
            next = answer;
            var timeout = answer.Delivery == Delivery.CutAndSilent ? TimeSpan.FromMilliseconds(80) : TimeSpan.FromSeconds(60);
            using var probe = new HttpProbe(
                new ProbeOptions(new Uri(peer.Address, "/health"), timeout) { ExpectedBody = """{"status":"healthy"}""", ExpectedHeaders = new Dictionary<string, string> { ["X-Consul-Index"] = "5" } },
                TimeProvider.System);

            var outcome = await probe.ProbeAsync(TestContext.Current.CancellationToken);

            Assert.True(outcome.Answer != ProbeAnswer.Passed || (answer is { Status: "200", Received: { } body } && JsonDocument.Parse(body).RootElement.GetProperty("status").ValueEquals("healthy")), $"{outcome}");
        });
    }
}
