using System.Globalization;

namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>A duration as Go writes it, e.g. <c>1h30m</c>, <c>250ms</c> or <c>15.0s</c>: whole nanoseconds in 64 bits.</summary>
/// <param name="Nanoseconds">Signed; about ±292 years.</param>
/// <remarks>
/// Grammar: an optional sign, then <c>0</c> alone or one or more decimal numbers each followed by a unit: <c>ns</c>,
/// <c>us</c> (also with either micro sign), <c>ms</c>, <c>s</c>, <c>m</c>, <c>h</c>. Source: Go's package time.
/// </remarks>
public readonly record struct GoDuration(long Nanoseconds) : IComparable<GoDuration>
{
    private const long NanosecondsPerTick = 100;
    private const ulong LongestNegative = 1UL << 63;

    private static readonly (string Name, ulong Nanoseconds)[] s_units =
    [
        // Longer names first: "ms" would else be read as minutes.
        ("ns", 1),
        ("us", 1_000),
        ("\u00b5s", 1_000),
        ("\u03bcs", 1_000),
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("m", 60_000_000_000),
        ("h", 3_600_000_000_000),
    ];

    /// <summary>The same duration; exact.</summary>
    /// <exception cref="OverflowException">Beyond ±292 years.</exception>
    public static GoDuration FromTimeSpan(TimeSpan value) => new(checked(value.Ticks * NanosecondsPerTick));

    /// <summary>The same duration in ticks of 100 ns; what is left over is dropped towards zero.</summary>
    public TimeSpan ToTimeSpan() => TimeSpan.FromTicks(Nanoseconds / NanosecondsPerTick);

    /// <summary>Reads a duration.</summary>
    /// <returns>False when <paramref name="text"/> is not of the grammar or does not fit in 64 bits.</returns>
    public static bool TryParse(string? text, out GoDuration duration)
    {
        duration = default;
        var rest = text.AsSpan();
        var negative = rest is ['-', ..];
        if (rest is ['-' or '+', ..])
        {
            rest = rest[1..];
        }

        if (rest is "0")
        {
            return true;
        }

        if (rest.IsEmpty)
        {
            return false;
        }

        ulong sum = 0;
        while (!rest.IsEmpty)
        {
            if (!TryTakeTerm(ref rest, out var term) || term > LongestNegative - sum)
            {
                return false;
            }

            sum += term;
        }

        if (sum == LongestNegative && !negative)
        {
            return false;
        }

        duration = new GoDuration(negative ? unchecked(-(long)sum) : (long)sum);
        return true;
    }

    /// <summary>As Go prints it: <c>0s</c>; below a second in one unit, e.g. <c>1.5ms</c>; else e.g. <c>1h0m0.5s</c>.</summary>
    public override string ToString()
    {
        var sign = Nanoseconds < 0 ? "-" : "";
        var size = Nanoseconds < 0 ? unchecked((ulong)-Nanoseconds) : (ulong)Nanoseconds;
        return size switch
        {
            0 => "0s",
            < 1_000 => $"{sign}{size}ns",
            < 1_000_000 => $"{sign}{Decimal(size, 1_000)}\u00b5s",
            < 1_000_000_000 => $"{sign}{Decimal(size, 1_000_000)}ms",
            < 60_000_000_000 => $"{sign}{Seconds(size)}",
            < 3_600_000_000_000 => $"{sign}{size / 60_000_000_000}m{Seconds(size % 60_000_000_000)}",
            _ => $"{sign}{size / 3_600_000_000_000}h{size / 60_000_000_000 % 60}m{Seconds(size % 60_000_000_000)}",
        };
    }

    /// <inheritdoc />
    public int CompareTo(GoDuration other) => Nanoseconds.CompareTo(other.Nanoseconds);

    /// <summary>Whether <paramref name="left"/> is shorter than <paramref name="right"/>.</summary>
    public static bool operator <(GoDuration left, GoDuration right) => left.Nanoseconds < right.Nanoseconds;

    /// <summary>Whether <paramref name="left"/> is longer than <paramref name="right"/>.</summary>
    public static bool operator >(GoDuration left, GoDuration right) => left.Nanoseconds > right.Nanoseconds;

    /// <summary>Whether <paramref name="left"/> is not longer than <paramref name="right"/>.</summary>
    public static bool operator <=(GoDuration left, GoDuration right) => left.Nanoseconds <= right.Nanoseconds;

    /// <summary>Whether <paramref name="left"/> is not shorter than <paramref name="right"/>.</summary>
    public static bool operator >=(GoDuration left, GoDuration right) => left.Nanoseconds >= right.Nanoseconds;

    private static string Seconds(ulong nanoseconds) => Decimal(nanoseconds, 1_000_000_000) + "s";

    private static string Decimal(ulong nanoseconds, ulong unit) =>
        (nanoseconds / (decimal)unit).ToString("0.#########", CultureInfo.InvariantCulture);

    /// <summary>Takes one number and its unit from the front of <paramref name="rest"/>.</summary>
    private static bool TryTakeTerm(ref ReadOnlySpan<char> rest, out ulong nanoseconds)
    {
        nanoseconds = 0;
        var whole = TakeDigits(ref rest);
        var fraction = ReadOnlySpan<char>.Empty;
        if (rest is ['.', ..])
        {
            rest = rest[1..];
            fraction = TakeDigits(ref rest);
        }

        if ((whole.IsEmpty && fraction.IsEmpty) || !TryTakeUnit(ref rest, out var unit))
        {
            return false;
        }

        ulong count = 0;
        if (!whole.IsEmpty && (!ulong.TryParse(whole, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count > LongestNegative / unit))
        {
            return false;
        }

        nanoseconds = (count * unit) + FractionOf(unit, fraction);
        return nanoseconds <= LongestNegative;
    }

    /// <summary>Rounds as Go does, in floating point, so that both sides of the wire agree to the nanosecond.</summary>
    private static ulong FractionOf(ulong unit, ReadOnlySpan<char> digits)
    {
        ulong numerator = 0;
        double denominator = 1;
        foreach (var digit in digits)
        {
            // What does not fit in 63 bits is less than any unit can tell.
            if (numerator > (long.MaxValue / 10) - 1)
            {
                break;
            }

            numerator = (numerator * 10) + (ulong)(digit - '0');
            denominator *= 10;
        }

        return (ulong)(numerator * (unit / denominator));
    }

    private static ReadOnlySpan<char> TakeDigits(scoped ref ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOfAnyExceptInRange('0', '9');
        var digits = end < 0 ? rest : rest[..end];
        rest = rest[digits.Length..];
        return digits;
    }

    private static bool TryTakeUnit(ref ReadOnlySpan<char> rest, out ulong nanoseconds)
    {
        nanoseconds = 0;
        foreach (var (name, size) in s_units)
        {
            if (rest.StartsWith(name, StringComparison.Ordinal))
            {
                rest = rest[name.Length..];
                nanoseconds = size;
                return true;
            }
        }

        return false;
    }
}
