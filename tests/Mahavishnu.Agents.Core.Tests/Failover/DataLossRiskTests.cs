using Mahavishnu.Agents.Core.Failover;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Failover;

public sealed class DataLossRiskTests
{
    [Fact]
    public void Rank_AllRisks_RiseFromNoneToUnknown() => Assert.Equal(
        [DataLossRisk.None, DataLossRisk.Minimal, DataLossRisk.Moderate, DataLossRisk.High, DataLossRisk.Unknown],
        Enum.GetValues<DataLossRisk>().OrderBy(static r => r.Rank()));

    [Fact]
    public void Default_NobodySetIt_IsUnknown() => Assert.Equal(DataLossRisk.Unknown, default);

    [Theory]
    //          lag in ms  risk
    [InlineData(null,      DataLossRisk.Unknown)]
    [InlineData(-1,        DataLossRisk.Unknown)]
    [InlineData(0,         DataLossRisk.None)]
    [InlineData(1,         DataLossRisk.Minimal)]
    [InlineData(1000,      DataLossRisk.Minimal)]
    [InlineData(1001,      DataLossRisk.Moderate)]
    [InlineData(60_000,    DataLossRisk.Moderate)]
    [InlineData(60_001,    DataLossRisk.High)]
    public void FromLag_Milliseconds_IsNoneOnlyAtZero(int? milliseconds, DataLossRisk risk) =>
        Assert.Equal(risk, DataLossRiskOrder.FromLag(milliseconds is { } ms ? TimeSpan.FromMilliseconds(ms) : null));
}
