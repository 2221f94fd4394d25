using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Lab.World;

/// <summary>The regions that a lab can have, in the order of the reference, which names them.</summary>
public static class LabRegions
{
    /// <summary>Fewest regions of a lab: with fewer, the loss of one leaves no majority.</summary>
    public const int Fewest = 3;

    /// <summary>Each region with its provider and the jurisdiction of its data.</summary>
    public static IReadOnlyList<LabRegionFacts> All { get; } =
    [
        new(new RegionId("us-east-1"), "aws", "us"),
        new(new RegionId("eu-west-1"), "aws", "eu"),
        new(new RegionId("ap-southeast-1"), "aws", "apac"),
        new(new RegionId("us-central1"), "gcp", "us"),
        new(new RegionId("europe-west1"), "gcp", "eu"),
        new(new RegionId("asia-southeast1"), "gcp", "apac"),
        new(new RegionId("eastus"), "azure", "us"),
        new(new RegionId("westeurope"), "azure", "eu"),
        new(new RegionId("southeastasia"), "azure", "apac"),
    ];
}

/// <summary>What is known of a region of the lab.</summary>
/// <param name="Region">The region.</param>
/// <param name="Provider">Whose it is.</param>
/// <param name="Residency">The jurisdiction of its data.</param>
public sealed record LabRegionFacts(RegionId Region, string Provider, string Residency);
