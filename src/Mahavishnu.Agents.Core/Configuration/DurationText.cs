using System.Globalization;

namespace Mahavishnu.Agents.Core.Configuration;

/// <summary>Durations as people write them: a number and a unit, such as <c>500ms</c>, <c>30s</c>, <c>1.5s</c>, <c>5m</c>, <c>2h</c>, <c>7d</c>, or <c>15 minutes</c>.</summary>
public static class DurationText
{
    private static readonly (string Unit, TimeSpan Length)[] Units =
    [
        ("d", TimeSpan.FromDays(1)),
        ("h", TimeSpan.FromHours(1)),
        ("ms", TimeSpan.FromMilliseconds(1)),
        ("m", TimeSpan.FromMinutes(1)),
        ("s", TimeSpan.FromSeconds(1)),
    ];

    private static readonly (string Word, string Unit)[] Words =
    [
        ("day", "d"), ("days", "d"), ("hour", "h"), ("hours", "h"), ("minute", "m"), ("minutes", "m"), ("second", "s"), ("seconds", "s"),
    ];

    /// <summary>Reads a number and a unit. Negative durations, other units and lengths beyond 10 000 days are refused.</summary>
    public static bool TryParse(string? text, out TimeSpan duration)
    {
        duration = default;
        var written = text?.Trim() ?? "";
        var digits = written.TakeWhile(static c => char.IsAsciiDigit(c) || c == '.').Count();
        var named = written[digits..].TrimStart();
        var unit = Array.Find(Units, u => u.Unit == (Array.Find(Words, w => w.Word == named).Unit ?? named));
        return unit.Unit is not null && TryScale(written[..digits], unit.Length, out duration);
    }

    /// <summary>Reads a bare number that counts <paramref name="unit"/>s.</summary>
    public static bool TryScale(string? number, TimeSpan unit, out TimeSpan duration)
    {
        duration = default;
        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) ||
            count > TimeSpan.FromDays(10_000).Ticks / (decimal)unit.Ticks)
        {
            return false;
        }

        duration = TimeSpan.FromTicks((long)(count * unit.Ticks));
        return true;
    }

    /// <summary>The shortest such text for <paramref name="duration"/>, at a resolution of a tenth of a millisecond.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration < TimeSpan.Zero)
        {
            return "-" + Format(duration.Negate());
        }

        var (unit, length) = duration switch
        {
            { Ticks: 0 } => Units[4],
            _ when duration < TimeSpan.FromSeconds(1) => Units[2],
            _ when duration.Ticks % TimeSpan.TicksPerDay == 0 => Units[0],
            _ when duration.Ticks % TimeSpan.TicksPerHour == 0 => Units[1],
            _ when duration.Ticks % TimeSpan.TicksPerMinute == 0 => Units[3],
            _ => Units[4],
        };
        return ((decimal)duration.Ticks / length.Ticks).ToString("0.####", CultureInfo.InvariantCulture) + unit;
    }
}
