using System.Globalization;

namespace Mahavishnu.Agents.Adapters.Postgres;

/// <summary>A position in the write-ahead log of one timeline, in bytes. Positions of different clusters cannot be compared.</summary>
/// <param name="Value">Bytes from the start of the log.</param>
public readonly record struct PostgresLsn(ulong Value) : IComparable<PostgresLsn>
{
    /// <summary>Reads the server's form, e.g. <c>16/B374D848</c>: two hexadecimal halves of 32 bits.</summary>
    /// <exception cref="FormatException"><paramref name="text"/> has another form.</exception>
    public static PostgresLsn Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var halves = text.Split('/');
        return halves.Length == 2 && TryHalf(halves[0], out var high) && TryHalf(halves[1], out var low)
            ? new PostgresLsn(((ulong)high << 32) | low)
            : throw new FormatException($"'{text}' is no log position; expected two hexadecimal numbers, e.g. 16/B374D848.");
    }

    /// <summary>How many bytes this position lies after <paramref name="other"/>; negative before it.</summary>
    public long BytesAfter(PostgresLsn other) => unchecked((long)(Value - other.Value));

    /// <inheritdoc />
    public int CompareTo(PostgresLsn other) => Value.CompareTo(other.Value);

    /// <summary>Whether <paramref name="left"/> lies before <paramref name="right"/>.</summary>
    public static bool operator <(PostgresLsn left, PostgresLsn right) => left.Value < right.Value;

    /// <summary>Whether <paramref name="left"/> lies after <paramref name="right"/>.</summary>
    public static bool operator >(PostgresLsn left, PostgresLsn right) => left.Value > right.Value;

    /// <summary>Whether <paramref name="left"/> does not lie after <paramref name="right"/>.</summary>
    public static bool operator <=(PostgresLsn left, PostgresLsn right) => left.Value <= right.Value;

    /// <summary>Whether <paramref name="left"/> does not lie before <paramref name="right"/>.</summary>
    public static bool operator >=(PostgresLsn left, PostgresLsn right) => left.Value >= right.Value;

    /// <summary>The server's form, e.g. <c>16/B374D848</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Value >> 32:X}/{(uint)Value:X}");

    private static bool TryHalf(string text, out uint half)
    {
        half = 0;
        return text.Length is > 0 and <= 8 && uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out half);
    }
}
