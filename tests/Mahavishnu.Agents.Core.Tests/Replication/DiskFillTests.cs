using Mahavishnu.Agents.Core.Replication;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Replication;

public sealed class DiskFillTests
{
    [Theory]
    //          database  log    capacity  severity
    [InlineData(700L,     99L,   1000L,    null)]
    [InlineData(700L,     100L,  1000L,    FindingSeverity.Warning)]
    [InlineData(700L,     200L,  1000L,    FindingSeverity.Critical)]
    [InlineData(9000L,    9000L, 1000L,    FindingSeverity.Critical)]
    [InlineData(9000L,    9000L, null,     null)]
    [InlineData(9000L,    null,  1000L,    null)]
    public void Finding_UsedAgainstCapacity_WarnsAndAlarms(long database, long? log, long? capacity, FindingSeverity? severity) =>
        Assert.Equal(severity, DiskFill.Finding("P-05", DiskFill.Share(database, log, capacity), capacity)?.Severity);
}
