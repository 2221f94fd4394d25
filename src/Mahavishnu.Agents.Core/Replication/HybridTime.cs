using System.Globalization;

namespace Mahavishnu.Agents.Core.Replication;

/// <summary>
/// A time of a hybrid logical clock: later than everything that its writer had seen, and close to the wall clock. Times of
/// different hosts can be compared, however their clocks differ.
/// </summary>
/// <remarks>
/// Source: Kulkarni, Demirbas, Madappa, Avva, Leone, Logical Physical Clocks, 2014, figure 5, with its 48 and 16 bits less the sign. A
/// process that starts again must go on from the greatest time that it wrote, or it may write an earlier one when its wall
/// clock was set back meanwhile.
/// </remarks>
/// <param name="Milliseconds">The greatest wall clock known to the writer, in milliseconds since 1970 in UTC, below 2^47.</param>
/// <param name="Counter">Tells times of one millisecond apart.</param>
public readonly record struct HybridTime(long Milliseconds, ushort Counter) : IComparable<HybridTime>
{
    private const int CounterBits = 16;
    private const long MostMilliseconds = (1L << 47) - 1;

    /// <summary>Before every other time.</summary>
    public static HybridTime Zero => default;

    /// <summary>Both parts in one number, which sorts as the times do.</summary>
    public long Packed => (Milliseconds << CounterBits) | Counter;

    /// <summary>The time of a packed number. Every number that is not negative is one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public static HybridTime FromPacked(long packed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(packed);
        return new HybridTime(packed >> CounterBits, (ushort)packed);
    }

    /// <summary>The time of the next event of a writer whose last time is this one.</summary>
    /// <param name="wall">Its wall clock now.</param>
    /// <exception cref="InvalidOperationException">There is no later time: the calendar of 47 bits ends in the year 6429.</exception>
    public HybridTime Next(DateTimeOffset wall)
    {
        var now = Math.Clamp(wall.ToUnixTimeMilliseconds(), 0, MostMilliseconds);
        return now > Milliseconds ? new HybridTime(now, 0)
            : Counter < ushort.MaxValue ? this with { Counter = (ushort)(Counter + 1) }
            : Milliseconds < MostMilliseconds ? new HybridTime(Milliseconds + 1, 0)
            : throw new InvalidOperationException("a hybrid time has come to its greatest value; a clock far in the future was believed");
    }

    /// <summary>The time at which a writer whose last time is this one takes in an event of another.</summary>
    /// <param name="seen">The time of that event; see <see cref="Ahead"/> for whether to believe it.</param>
    /// <param name="wall">The writer's wall clock now.</param>
    /// <exception cref="InvalidOperationException">There is no later time.</exception>
    public HybridTime NextAfter(HybridTime seen, DateTimeOffset wall) => (seen > this ? seen : this).Next(wall);

    /// <summary>
    /// By how much this time is ahead of a wall clock; negative when it is behind. Whoever takes in a time far ahead drags every
    /// clock that hears of it along, so that one wrong clock decides all conflicts: refuse it beyond the offset that clocks may have.
    /// </summary>
    public TimeSpan Ahead(DateTimeOffset wall) => TimeSpan.FromMilliseconds(Milliseconds - wall.ToUnixTimeMilliseconds());

    /// <inheritdoc />
    public int CompareTo(HybridTime other) => Packed.CompareTo(other.Packed);

    /// <summary>Whether <paramref name="left"/> is before <paramref name="right"/>.</summary>
    public static bool operator <(HybridTime left, HybridTime right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> is after <paramref name="right"/>.</summary>
    public static bool operator >(HybridTime left, HybridTime right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> is not after <paramref name="right"/>.</summary>
    public static bool operator <=(HybridTime left, HybridTime right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> is not before <paramref name="right"/>.</summary>
    public static bool operator >=(HybridTime left, HybridTime right) => left.CompareTo(right) >= 0;

    /// <summary>The wall clock and the counter, e.g. <c>1764151200000.3</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Milliseconds}.{Counter}");
}
