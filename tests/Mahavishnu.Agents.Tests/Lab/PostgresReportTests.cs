using Mahavishnu.Agents.Lab.Postgres;
using Xunit;

namespace Mahavishnu.Agents.Tests.Lab;

public sealed class PostgresReportTests
{
    private const int Old = 5001;
    private const int New = 5002;
    private static readonly TimeSpan Fault = TimeSpan.FromSeconds(10);

    private static AcknowledgedRow Row(int name, double at, int port) => new(Named(name), TimeSpan.FromSeconds(at), port);

    private static Guid Named(int name) => new(name, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]);

    private static Dictionary<Guid, long> Stored(params int[] names) => names.GroupBy(static n => n).ToDictionary(static g => Named(g.Key), static g => (long)g.Count());

    [Fact]
    public void Of_OutageAndPlannedReturn_CountsRowsAndMeasuresBothGaps()
    {
        AcknowledgedRow[] rows = [Row(1, 9.9, Old), Row(2, 10.001, Old), Row(3, 13.5, New), Row(4, 20, New), Row(5, 20.4, Old), Row(6, 20.5, Old)];

        var report = PostgresReport.Of(rows, Stored(1, 2, 3, 4, 5, 6), Fault, TimeSpan.FromSeconds(4.2));

        Assert.Equal(new PostgresReport(6, 6, 0, 0, 3.5, 0.4, 4.2, 0), report);
    }

    [Fact]
    public void Of_LostAndDoubledRows_AreCountedAndTheOldestTellsHowFarBack()
    {
        AcknowledgedRow[] rows = [Row(1, 9, Old), Row(2, 9.7, Old), Row(3, 9.9, Old), Row(4, 13, New)];

        var report = PostgresReport.Of(rows, Stored(1, 4, 4, 9, 9), Fault, null);

        Assert.Equal(new PostgresReport(4, 2, 2, 2, 3, null, null, 0.3), report);
    }

    [Fact]
    public void Of_NobodyTookOver_HasNoFirstWrite() =>
        Assert.Null(PostgresReport.Of([Row(1, 9, Old), Row(2, 10.001, Old)], Stored(1, 2), Fault, TimeSpan.Zero).FirstWriteSeconds);
}
