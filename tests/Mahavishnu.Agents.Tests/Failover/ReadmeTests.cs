using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Tests.Configuration;
using Xunit;

namespace Mahavishnu.Agents.Tests.Failover;

/// <summary>The tables of the README are those of the code.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public void Steps_OfTheSagaTable_StandInTheReadme()
    {
        var readme = File.ReadAllText(Repository.Of("src/Mahavishnu.Agents/Failover/README.md"));

        Assert.All(SagaTable.Rows, row => Assert.Contains($"| {row.Id} | {row.Step} | {row.Does} | {row.Compensation} |", readme, StringComparison.Ordinal));
    }
}
