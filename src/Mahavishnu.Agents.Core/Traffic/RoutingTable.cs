using System.Collections.Immutable;
using System.Text;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Traffic;

/// <summary>
/// Which region serves which users: for each audience (the users whose home is a region) the share, in percent, that
/// each serving region gets. It is always the full desired state, never a change.
/// </summary>
/// <remarks>Immutable; equal by content. An audience with no share is drained: nobody serves it.</remarks>
public sealed class RoutingTable : IEquatable<RoutingTable>
{
    private readonly ImmutableSortedDictionary<RegionId, ImmutableSortedDictionary<RegionId, int>> _shares;

    private RoutingTable(ImmutableSortedDictionary<RegionId, ImmutableSortedDictionary<RegionId, int>> shares) => _shares = shares;

    /// <summary>A table without audiences.</summary>
    public static RoutingTable Empty { get; } = new(ImmutableSortedDictionary<RegionId, ImmutableSortedDictionary<RegionId, int>>.Empty);

    /// <summary>The audiences, in order.</summary>
    public IEnumerable<RegionId> Audiences => _shares.Keys;

    /// <summary>The table in which every region serves its own users.</summary>
    public static RoutingTable Home(IEnumerable<RegionId> regions) =>
        regions.Aggregate(Empty, static (table, region) => table.With(region, (region, 100)));

    /// <summary>The shares of one audience, serving regions in order, zero shares left out; empty when it is drained or unknown.</summary>
    public IReadOnlyDictionary<RegionId, int> Shares(RegionId audience) =>
        _shares.GetValueOrDefault(audience, ImmutableSortedDictionary<RegionId, int>.Empty);

    /// <summary>The share in percent, 0 to 100, that <paramref name="serving"/> has of <paramref name="audience"/>.</summary>
    public int Percent(RegionId audience, RegionId serving) => Shares(audience).GetValueOrDefault(serving);

    /// <summary>The audiences of which <paramref name="serving"/> has a share above zero.</summary>
    public IEnumerable<RegionId> ServedBy(RegionId serving) => Audiences.Where(audience => Percent(audience, serving) > 0);

    /// <summary>This table with the whole row of one audience replaced. Shares must be 0 to 100 and sum to 0 or 100.</summary>
    /// <exception cref="ArgumentException">The shares are out of range or sum to something else.</exception>
    public RoutingTable With(RegionId audience, params (RegionId Serving, int Percent)[] shares)
    {
        ArgumentNullException.ThrowIfNull(shares);
        var row = shares.Where(static s => s.Percent != 0).ToImmutableSortedDictionary(static s => s.Serving, static s => s.Percent);
        if (row.Values.Any(static p => p is < 0 or > 100) || row.Values.Sum() is not (0 or 100))
        {
            throw new ArgumentException($"The shares of {audience} must be 0 to 100 and sum to 0 or 100: {string.Join(", ", shares)}.", nameof(shares));
        }

        return new RoutingTable(_shares.SetItem(audience, row));
    }

    /// <inheritdoc />
    public bool Equals(RoutingTable? other) =>
        other is not null && _shares.Count == other._shares.Count &&
        _shares.All(row => other._shares.TryGetValue(row.Key, out var theirs) && row.Value.SequenceEqual(theirs));

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as RoutingTable);

    /// <inheritdoc />
    public override int GetHashCode() =>
        _shares.Aggregate(0, static (hash, row) => row.Value.Aggregate(HashCode.Combine(hash, row.Key), static (h, s) => HashCode.Combine(h, s.Key, s.Value)));

    /// <summary>One line, e.g. <c>us-east-1: eu-west-1 100 %; eu-west-1: eu-west-1 100 %</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (audience, row) in _shares)
        {
            text.Append(text.Length == 0 ? "" : "; ").Append(audience).Append(": ")
                .AppendJoin(" + ", row.Count == 0 ? ["drained"] : row.Select(static s => $"{s.Key} {s.Value} %"));
        }

        return text.ToString();
    }
}
