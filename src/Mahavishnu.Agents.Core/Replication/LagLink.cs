using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Replication;

/// <summary>The way of a store's data from a region to another. Ordered by its parts.</summary>
/// <param name="Source">Where it is written.</param>
/// <param name="Target">Where it is copied to.</param>
/// <param name="Store">The kind of store.</param>
public readonly record struct LagLink(RegionId Source, RegionId Target, string Store) : IComparable<LagLink>
{
    /// <inheritdoc />
    public int CompareTo(LagLink other) =>
        Source != other.Source ? Source.CompareTo(other.Source)
        : Target != other.Target ? Target.CompareTo(other.Target)
        : string.CompareOrdinal(Store, other.Store);

    /// <summary>Whether the left one comes first.</summary>
    public static bool operator <(LagLink left, LagLink right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left one comes first or is the same.</summary>
    public static bool operator <=(LagLink left, LagLink right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the right one comes first.</summary>
    public static bool operator >(LagLink left, LagLink right) => left.CompareTo(right) > 0;

    /// <summary>Whether the right one comes first or is the same.</summary>
    public static bool operator >=(LagLink left, LagLink right) => left.CompareTo(right) >= 0;
}
