namespace Mahavishnu.Agents.Core.Regions;

/// <summary>What the configuration says of a region, as far as decisions need it.</summary>
/// <param name="Region">The region.</param>
/// <param name="Residency">The jurisdiction in which it stores data, e.g. <c>eu</c>; null is unknown.</param>
/// <param name="DataClasses">The data classes that it holds; null is unknown, empty is none.</param>
/// <param name="Capacity">The free share of its capacity, 0 to 1; null is unknown.</param>
/// <param name="Preference">The operator's preference; greater is better.</param>
/// <param name="IsPrimary">Whether it serves users in normal times.</param>
public sealed record RegionFacts(RegionId Region, string? Residency, IReadOnlyList<string>? DataClasses, double? Capacity, int Preference, bool IsPrimary);
