using CsCheck;
using Mahavishnu.Agents.Core.Failover;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Failover;

public sealed class MaintenanceRecordTests
{
    [Fact]
    public void Parse_WhatWasWritten_GivesTheSameRecord() =>
        Gen.Select(Gen.Long[1, (1L << 53) - 1], Gen.Bool, Gen.String.AlphaNumeric, Gen.String.AlphaNumeric, static (s, on, why, by) => new MaintenanceRecord(s, on, why, by))
            .Sample(static record => MaintenanceRecord.Parse(record.ToText()) == record);

    [Theory]
    [InlineData("")]
    [InlineData("off")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"sequence":5}""")]
    [InlineData("""{"sequence":5,"on":false,"reason":null,"by":"anna"}""")]
    [InlineData("""{"sequence":"5","on":false,"reason":"","by":"anna"}""")]
    [InlineData("""{"sequence":0,"on":false,"reason":"","by":"anna"}""")]
    [InlineData("""{"sequence":-5,"on":false,"reason":"","by":"anna"}""")]
    [InlineData("""{"sequence":9007199254740992,"on":false,"reason":"","by":"anna"}""")]
    [InlineData("""{"sequence":9223372036854775807,"on":false,"reason":"","by":"anna"}""")]
    [InlineData("""{"sequence":5,"on":true,"on":false,"reason":"","by":"anna"}""")]
    [InlineData("\ud800")]
    public void Parse_Unreadable_Pauses(string text)
    {
        Assert.True(MaintenanceRecord.Parse(text).On);
        Assert.True(MaintenanceRecord.Newest([new MaintenanceRecord(1, false, "", "anna").ToText(), text])!.On);
    }

    [Fact]
    public void Parse_AnyText_PausesOrReads() => Gen.String.Sample(static text => MaintenanceRecord.Parse(text).On);

    [Theory]
    //          stores show                the record that counts
    [InlineData("",                        "")]
    [InlineData("1 on",                    "1 on")]
    [InlineData("1 on, 2 off, 1 on",       "2 off")]
    [InlineData("2 off, 3 on",             "3 on")]
    [InlineData("2 off, 2 on",             "2 on")]
    [InlineData("2 on, 2 off",             "2 on")]
    public void Newest_WhatTheStoresShow_TheNewestCountsAndATiePauses(string stored, string counts)
    {
        var texts = stored.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(static s => new MaintenanceRecord(s[0] - '0', s.EndsWith("on", StringComparison.Ordinal), "", "").ToText());

        var newest = MaintenanceRecord.Newest(texts);

        Assert.Equal(counts, newest is null ? "" : $"{newest.Sequence} {(newest.On ? "on" : "off")}");
    }
}
