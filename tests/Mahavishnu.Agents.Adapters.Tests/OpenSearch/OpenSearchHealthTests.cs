using System.Text;
using Mahavishnu.Agents.Adapters.OpenSearch;
using Mahavishnu.Agents.Adapters.Probes;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.OpenSearch;

public sealed class OpenSearchHealthTests
{
    [Theory]
    [InlineData("""{"status":"green","timed_out":false}""",  null)]
    [InlineData("""{"status":"yellow"}""",                   null)]
    [InlineData("""{"status":"red","timed_out":false}""",    "the cluster is red: a primary shard is missing")]
    [InlineData("""{"status":"green","timed_out":true}""",   "the cluster's health is not known in time (timed_out)")]
    [InlineData("""{"status":1}""",                          "the body is no health of a cluster")]
    [InlineData("""[]""",                                    "the body is no health of a cluster")]
    [InlineData("""{"status":"green","status":"red"}""",     "the body is no health of a cluster")]
    [InlineData("""{"status":"\ud800"}""",                   "the body is no health of a cluster")]
    [InlineData("welcome",                                   "the body is no health of a cluster")]
    [InlineData("",                                          "the body is no health of a cluster")]
    public void Problem_OfABody_IsAnythingButGreenAndYellow(string body, string? problem) => Assert.Equal(problem, OpenSearchHealth.Problem(Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData("yellow", true)]
    [InlineData("red",    false)]
    public async Task ProbeAsync_OfACluster_FailsWhenItIsRed(string health, bool passes)
    {
        await using var world = await SearchWorld.StartAsync();
        world.Eu.Health = health;
        using var probe = new HttpProbe(new ProbeOptions(new Uri(world.Eu.Url, "/_cluster/health"), TimeSpan.FromSeconds(5)) { BodyProblem = OpenSearchHealth.Problem }, TimeProvider.System);

        Assert.Equal(passes, (await probe.ProbeAsync(SearchWorld.Stop)).Answer == Mahavishnu.Agents.Core.Health.ProbeAnswer.Passed);
    }
}
