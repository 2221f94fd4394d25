using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.TestKit.Fuzzing;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Failover;

/// <summary>Maintenance records that nobody of ours has written: each is read as it stands, or pauses.</summary>
public sealed class MaintenanceFuzzTests
{
    private static readonly string Off = new MaintenanceRecord(12, false, "racks moved", "anna").ToText();

    [Fact]
    public Task Parse_Garbage_Pauses() => Fuzz.HoldsAsync(Fuzz.Garbage, 5_000, static text => Assert.True(MaintenanceRecord.Newest([Off, text])!.On));

    [Fact]
    public Task Parse_RecordWithAFewChanges_PausesOrIsARecord() => Fuzz.HoldsAsync(JsonEdits.Of(Off, "12", "13", "\"off\"", "\"racks moved\""), 5_000, static text =>
    {
        var record = MaintenanceRecord.Parse(text);

        Assert.Equal(record, MaintenanceRecord.Newest([Off, text, Off]) is { Sequence: > 12 } newest ? newest : record);
        if (record != MaintenanceRecord.Unreadable)
        {
            // Somebody must be able to switch it once more, and be heard.
            Assert.InRange(record.Sequence, 1, 1L << 60);
            Assert.Equal(record, MaintenanceRecord.Parse(record.ToText()));
            Assert.True(MaintenanceRecord.Newest([text, (record with { Sequence = record.Sequence + 1, On = true }).ToText()])!.On);
        }
        else
        {
            Assert.True(MaintenanceRecord.Newest([Off, text])!.On);
        }
    });
}
