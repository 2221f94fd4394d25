namespace Mahavishnu.Agents.Core.Regions;

/// <summary>The name of a region or of the Consul store in it, e.g. <c>us-east-1</c>.</summary>
/// <param name="Value">Lower-case letters, digits and <c>-</c>, 1 to 63 characters; see <see cref="IsValid"/>.</param>
/// <remarks>Ordered by ordinal comparison, so that every agent sorts regions alike.</remarks>
public readonly record struct RegionId(string Value) : IComparable<RegionId>
{
    /// <summary>Whether <paramref name="text"/> may name a region.</summary>
    public static bool IsValid(string? text) =>
        text is { Length: > 0 and <= 63 } &&
        text.All(static c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-') &&
        text[0] != '-' && text[^1] != '-';

    /// <inheritdoc />
    public int CompareTo(RegionId other) => string.CompareOrdinal(Value, other.Value);

    /// <summary>Whether <paramref name="left"/> sorts before <paramref name="right"/>.</summary>
    public static bool operator <(RegionId left, RegionId right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> sorts after <paramref name="right"/>.</summary>
    public static bool operator >(RegionId left, RegionId right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> does not sort after <paramref name="right"/>.</summary>
    public static bool operator <=(RegionId left, RegionId right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> does not sort before <paramref name="right"/>.</summary>
    public static bool operator >=(RegionId left, RegionId right) => left.CompareTo(right) >= 0;

    /// <summary>The name itself.</summary>
    public override string ToString() => Value;
}
