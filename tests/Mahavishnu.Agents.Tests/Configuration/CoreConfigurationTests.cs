using CsCheck;
using Mahavishnu.Agents.Core.Configuration;
using Xunit;

namespace Mahavishnu.Agents.Tests.Configuration;

/// <summary>The pure parts: durations as text and nearest names.</summary>
public sealed class CoreConfigurationTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("30s", 30_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData(" 5 m ", 300_000)]
    [InlineData("2h", 7_200_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData("0s", 0)]
    [InlineData("15 minutes", 900_000)]
    [InlineData("1 day", 86_400_000)]
    public void TryParse_NumberAndUnit_IsThatLong(string text, double milliseconds)
    {
        Assert.True(DurationText.TryParse(text, out var duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("+1s")]
    [InlineData("1.2.3s")]
    [InlineData("1e3s")]
    [InlineData("30S")]
    [InlineData("1m30s")]
    [InlineData("99999999999999999999999999999999d")]
    [InlineData("10001d")]
    public void TryParse_SomethingElse_IsRefused(string? text) => Assert.False(DurationText.TryParse(text, out _));

    [Fact]
    public void Format_AnyTenthOfAMillisecond_ReadsBackAsTheSame() =>
        Gen.Long[0, 100_000_000].Sample(static tenths =>
        {
            var duration = TimeSpan.FromTicks(tenths * 1000);
            return DurationText.TryParse(DurationText.Format(duration), out var back) && back == duration;
        });

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("abc", "", 3)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("regions", "region", 1)]
    public void Between_TwoTexts_CountsChanges(string left, string right, int expected)
    {
        Assert.Equal(expected, EditDistance.Between(left, right));
        Assert.Equal(expected, EditDistance.Between(right, left));
    }

    [Theory]
    [InlineData("lisen", "listen")]
    [InlineData("LISTEN", "listen")]
    [InlineData("data-directory", "data_directory")]
    [InlineData("directory", "data_directory")]
    [InlineData("profil", "profile")]
    [InlineData("xyzzy", null)]
    [InlineData("x", null)]
    public void Nearest_Name_IsTheOneThatWasMeant(string written, string? expected) =>
        Assert.Equal(expected, EditDistance.Nearest(written, ["name", "listen", "profile", "data_directory"]));
}
