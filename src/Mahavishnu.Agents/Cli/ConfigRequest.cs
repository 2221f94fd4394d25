using Mahavishnu.Agents.Configuration;

namespace Mahavishnu.Agents.Cli;

/// <summary>Which configuration a command is about.</summary>
/// <param name="Directory">The directory of the configuration.</param>
/// <param name="Region">What <c>--region</c> says; null when it was left out.</param>
/// <param name="Environment">The environment.</param>
/// <param name="Json">Whether the answer is one JSON document.</param>
/// <param name="Variables">All environment variables.</param>
internal sealed record ConfigRequest(
    string Directory, string? Region, string Environment, bool Json, IReadOnlyDictionary<string, string> Variables)
{
    /// <summary>The variable that names the region where <c>--region</c> does not.</summary>
    public const string RegionVariable = "MAHAVISHNU_REGION";

    /// <summary>The region: <c>--region</c>, or the variable, or the only one that has a file; null when that does not settle it.</summary>
    public string? ResolvedRegion =>
        Region ?? (Variables.GetValueOrDefault(RegionVariable) is { Length: > 0 } named ? named : ConfigLoader.Regions(Directory) is [var only] ? only : null);

    /// <summary>Loads the configuration of a region.</summary>
    public ConfigResult Load(string region) => ConfigLoader.Load(Directory, region, Environment, Variables);
}
