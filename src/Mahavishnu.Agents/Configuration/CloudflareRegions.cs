namespace Mahavishnu.Agents.Configuration;

/// <summary>Cloudflare's codes for the parts of the world, and what the reference design calls them.</summary>
/// <remarks>Source: Cloudflare's load balancing documentation, list of region codes.</remarks>
internal static class CloudflareRegions
{
    private static readonly string[] Own = ["WNAM", "ENAM", "WEU", "EEU", "NSAM", "SSAM", "OC", "ME", "NAF", "SAF", "SAS", "SEAS", "NEAS"];

    private static readonly Dictionary<string, string[]> Names = new()
    {
        ["US"] = ["WNAM", "ENAM"],
        ["CA"] = ["WNAM", "ENAM"],
        ["MX"] = ["WNAM", "ENAM"],
        ["EU"] = ["WEU", "EEU"],
        ["AF"] = ["NAF", "SAF"],
        ["APAC"] = ["SAS", "SEAS", "NEAS"],
        ["OCEANIA"] = ["OC"],
    };

    /// <summary>Every name that is understood.</summary>
    public static IEnumerable<string> Known => Own.Concat(Names.Keys);

    /// <summary>Cloudflare's codes for a name; empty when it is not understood.</summary>
    public static IReadOnlyList<string> Codes(string name) => Own.Contains(name) ? [name] : Names.GetValueOrDefault(name, []);
}
