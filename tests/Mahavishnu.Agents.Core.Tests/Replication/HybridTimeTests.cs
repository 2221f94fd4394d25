using CsCheck;
using Mahavishnu.Agents.Core.Replication;
using Xunit;

namespace Mahavishnu.Agents.Core.Tests.Replication;

public sealed class HybridTimeTests
{
    private const int Hosts = 3;
    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeMilliseconds(1_764_151_200_000);
    private static readonly Gen<HybridTime> Times = Gen.Select(Gen.Long[0, (1L << 47) - 1], Gen.UShort, static (ms, counter) => new HybridTime(ms, counter));

    [Fact]
    public void Packed_SortsAndReadsBack() => Gen.Select(Times, Times).Sample(static (one, other) =>
    {
        Assert.Equal(one, HybridTime.FromPacked(one.Packed));
        Assert.Equal(Math.Sign(one.Packed.CompareTo(other.Packed)), Math.Sign((one.Milliseconds, one.Counter).CompareTo((other.Milliseconds, other.Counter))));
        Assert.Equal(one < other, one.Packed < other.Packed);
    });

    // Each step: a host does something of its own or hears of another's last event; its clock moves by some ms, also back.
    [Fact]
    public void NextAfter_ClocksThatDifferAndStep_IsLaterThanAllThatWasSeenAndNearTheGreatestClock() =>
        Gen.Select(Gen.Int[0, Hosts - 1], Gen.Int[0, Hosts - 1], Gen.Int[-50, 50]).List[1, 200].Sample(static steps =>
        {
            var last = new HybridTime[Hosts];
            var clocks = Enumerable.Range(0, Hosts).Select(static h => Start + TimeSpan.FromSeconds(h * 20)).ToArray();
            var greatest = clocks.Max();
            foreach (var (host, from, move) in steps)
            {
                clocks[host] += TimeSpan.FromMilliseconds(move);
                greatest = clocks[host] > greatest ? clocks[host] : greatest;
                var next = host == from ? last[host].Next(clocks[host]) : last[host].NextAfter(last[from], clocks[host]);

                Assert.True(next > last[host] && next > last[from]);
                Assert.True(next.Milliseconds >= clocks[host].ToUnixTimeMilliseconds());
                Assert.True(next.Ahead(greatest) <= TimeSpan.Zero);
                last[host] = next;
            }
        });

    [Fact]
    public void Next_MoreEventsThanAMillisecondHolds_GoesOnInTheNext()
    {
        var full = new HybridTime(Start.ToUnixTimeMilliseconds(), ushort.MaxValue);

        Assert.Equal(new HybridTime(full.Milliseconds + 1, 0), full.Next(Start));
        Assert.Throws<InvalidOperationException>(static () => new HybridTime((1L << 47) - 1, ushort.MaxValue).Next(Start));
    }

    [Fact]
    public void Ahead_ClockAnHourOff_IsAnHour() =>
        Assert.Equal(TimeSpan.FromHours(1), HybridTime.Zero.Next(Start + TimeSpan.FromHours(1)).Ahead(Start));

    [Fact]
    public void Next_WallBefore1970_StillRises() => Assert.True(HybridTime.Zero.Next(DateTimeOffset.MinValue) > HybridTime.Zero);

    [Fact]
    public void FromPacked_Negative_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(static () => HybridTime.FromPacked(-1));
}
