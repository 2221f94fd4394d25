using System.Globalization;

namespace Mahavishnu.Agents.Lab.Consul;

/// <summary>Durations in Go's notation (<c>1h30m</c>, <c>250ms</c>, <c>15.0s</c>), which is what Consul speaks, in whole nanoseconds.</summary>
/// <remarks>Source: Go documentation, <c>time.ParseDuration</c>: units ns, us, ms, s, m, h; a unit is required except for <c>0</c>.</remarks>
internal static class GoDuration
{
    private static readonly (string Name, decimal Nanoseconds)[] Units =
    [
        ("ns", 1m), ("us", 1_000m), ("µs", 1_000m), ("ms", 1_000_000m), ("s", 1_000_000_000m), ("m", 60_000_000_000m), ("h", 3_600_000_000_000m),
    ];

    /// <summary>Reads a duration.</summary>
    /// <param name="text">The text; a sign and several number-unit pairs are allowed.</param>
    /// <param name="nanoseconds">The value, 0 when the text cannot be read.</param>
    /// <param name="error">Go's error text, empty when the text was read.</param>
    public static bool TryParse(string text, out long nanoseconds, out string error)
    {
        nanoseconds = 0;
        error = "";
        var negative = text.StartsWith('-');
        var rest = negative || text.StartsWith('+') ? text[1..] : text;
        if (rest == "0")
        {
            return true;
        }

        var total = 0m;
        do
        {
            var numberLength = LengthWhile(rest, static c => char.IsAsciiDigit(c) || c == '.');
            if (!decimal.TryParse(rest[..numberLength], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                error = $"time: invalid duration \"{text}\"";
                return false;
            }

            rest = rest[numberLength..];
            var unitName = rest[..LengthWhile(rest, static c => !char.IsAsciiDigit(c) && c != '.')];
            var unit = Array.Find(Units, u => u.Name == unitName);
            if (unit.Name is null)
            {
                error = unitName.Length == 0 ? $"time: missing unit in duration \"{text}\"" : $"time: unknown unit \"{unitName}\" in duration \"{text}\"";
                return false;
            }

            rest = rest[unitName.Length..];
            if (number > long.MaxValue / unit.Nanoseconds || (total += number * unit.Nanoseconds) > long.MaxValue)
            {
                error = $"time: invalid duration \"{text}\"";
                return false;
            }
        }
        while (rest.Length > 0);

        nanoseconds = (long)(negative ? -total : total);
        return true;
    }

    /// <summary>A number of nanoseconds as a time span, rounded down to its 100 ns ticks.</summary>
    public static TimeSpan ToTimeSpan(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick);

    /// <summary>A stored duration as a time span; zero when it is absent or cannot be read.</summary>
    public static TimeSpan OrZero(string? text) => text is not null && TryParse(text, out var nanoseconds, out _) ? ToTimeSpan(nanoseconds) : TimeSpan.Zero;

    private static int LengthWhile(string text, Func<char, bool> accepted)
    {
        var length = 0;
        while (length < text.Length && accepted(text[length]))
        {
            length++;
        }

        return length;
    }
}
