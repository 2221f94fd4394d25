using CsCheck;
using Mahavishnu.Agents.Adapters.Consul;
using Xunit;

namespace Mahavishnu.Agents.Adapters.Tests.Consul;

public sealed class GoDurationTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("-0", 0)]
    [InlineData("+0", 0)]
    [InlineData("0s", 0)]
    [InlineData("5s", 5_000_000_000)]
    [InlineData("+5s", 5_000_000_000)]
    [InlineData("-5s", -5_000_000_000)]
    [InlineData("15.0s", 15_000_000_000)]
    [InlineData("0.001s", 1_000_000)]
    [InlineData("5.s", 5_000_000_000)]
    [InlineData(".5s", 500_000_000)]
    [InlineData("250ms", 250_000_000)]
    [InlineData("10ns", 10)]
    [InlineData("11us", 11_000)]
    [InlineData("12\u00b5s", 12_000)]
    [InlineData("12\u03bcs", 12_000)]
    [InlineData("1h30m", 5_400_000_000_000)]
    [InlineData("3h30m", 12_600_000_000_000)]
    [InlineData("10.5s4m", 250_500_000_000)]
    [InlineData("1h2m3s4ms5us6ns", 3_723_004_005_006)]
    [InlineData("0000s", 0)]
    [InlineData("52763797000ns", 52_763_797_000)]
    [InlineData("9007199254740993ns", 9_007_199_254_740_993)]
    [InlineData("0.3333333333333333333h", 1_200_000_000_000)]
    [InlineData("0.100000000000000000000h", 360_000_000_000)]
    [InlineData("9223372036854775807ns", long.MaxValue)]
    [InlineData("9223372036854775.807us", long.MaxValue)]
    [InlineData("-9223372036854775808ns", long.MinValue)]
    public void TryParse_OfTheGrammar_GivesNanoseconds(string text, long nanoseconds)
    {
        Assert.True(GoDuration.TryParse(text, out var duration));
        Assert.Equal(nanoseconds, duration.Nanoseconds);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("3")]
    [InlineData("-")]
    [InlineData("s")]
    [InlineData(".")]
    [InlineData("-.")]
    [InlineData(".s")]
    [InlineData("+.s")]
    [InlineData("1d")]
    [InlineData("10z")]
    [InlineData(" 5s")]
    [InlineData("5s ")]
    [InlineData("5 s")]
    [InlineData("1,5s")]
    [InlineData("--5s")]
    [InlineData("5S")]
    [InlineData("1.2.3s")]
    [InlineData("1e3s")]
    [InlineData("\u0665s")]
    [InlineData("00")]
    [InlineData("9223372036854775808ns")]
    [InlineData("9223372036854775.808us")]
    [InlineData("-9223372036854775809ns")]
    [InlineData("-9223372036854775808ns9223372036854775808ns")]
    [InlineData("3000000h")]
    [InlineData("99999999999999999999s")]
    public void TryParse_OutsideTheGrammar_IsFalse(string? text) => Assert.False(GoDuration.TryParse(text, out _));

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(1, "1ns")]
    [InlineData(1_100, "1.1\u00b5s")]
    [InlineData(2_200_000, "2.2ms")]
    [InlineData(3_300_000_000, "3.3s")]
    [InlineData(10_000_000_000, "10s")]
    [InlineData(245_000_000_000, "4m5s")]
    [InlineData(245_001_000_000, "4m5.001s")]
    [InlineData(18_367_001_000_000, "5h6m7.001s")]
    [InlineData(480_000_000_001, "8m0.000000001s")]
    [InlineData(3_600_000_000_000, "1h0m0s")]
    [InlineData(-1_500_000, "-1.5ms")]
    [InlineData(long.MaxValue, "2562047h47m16.854775807s")]
    [InlineData(long.MinValue, "-2562047h47m16.854775808s")]
    public void ToString_AnyLength_IsAsGoPrints(long nanoseconds, string text) =>
        Assert.Equal(text, new GoDuration(nanoseconds).ToString());

    [Fact]
    public void TryParse_OfWhatWasPrinted_GivesItBack() =>
        Gen.OneOf(Gen.Long, Gen.Long[-2_000_000_000, 2_000_000_000], Gen.Int[-100_000, 100_000].Select(static s => s * 1_000_000_000L))
            .Sample(static n => GoDuration.TryParse(new GoDuration(n).ToString(), out var back) && back.Nanoseconds == n);

    [Fact]
    public void TryParse_SumOfTerms_IsTheirSum() =>
        Gen.Select(Gen.Int[0, 1000], Gen.Int[0, 100_000], Gen.Int[0, 100_000], Gen.Int[0, 999])
            .Sample(static (h, m, s, ms) =>
                GoDuration.TryParse($"{h}h{m}m{s}.{ms:000}s", out var d)
                && d.Nanoseconds == ((((h * 60L) + m) * 60L) + s) * 1_000_000_000L + (ms * 1_000_000L));

    [Fact]
    public void TryParse_AnyText_NeverThrows() =>
        Gen.String[Gen.Char["0123456789.+-nuµmsh "], 0, 24].Sample(static text => { _ = GoDuration.TryParse(text, out _); });

    [Fact]
    public void FromTimeSpan_ThereAndBack_IsTheSame() =>
        Gen.Long[-90_000_000_000_000_000, 90_000_000_000_000_000].Sample(static ticks =>
            GoDuration.FromTimeSpan(TimeSpan.FromTicks(ticks)).ToTimeSpan().Ticks == ticks);

    [Fact]
    public void FromTimeSpan_BeyondSixtyFourBits_Overflows() =>
        Assert.Throws<OverflowException>(() => GoDuration.FromTimeSpan(TimeSpan.MaxValue));
}
