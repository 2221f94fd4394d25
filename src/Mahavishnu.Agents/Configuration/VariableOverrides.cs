using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Configuration;

/// <summary>
/// The uppermost layer: environment variables <c>MAHAVISHNU_{REGION}__{SECTION}__{FIELD}</c>, the region in capitals with
/// <c>_</c> for <c>-</c>. A segment means the key that it equals when case and <c>-</c> against <c>_</c> are ignored. A value
/// that begins with a bracket, a brace or a quote is read as YAML; any other is taken as it is.
/// </summary>
internal static class VariableOverrides
{
    private const string Start = "MAHAVISHNU_";
    private const string Separator = "__";

    /// <summary>Lays the region's variables over a map.</summary>
    /// <param name="map">The merged files.</param>
    /// <param name="region">The region.</param>
    /// <param name="variables">All environment variables.</param>
    /// <param name="problems">Takes what is wrong; values are never repeated.</param>
    /// <returns>The merged map, and the names of the variables that were used.</returns>
    public static (ConfigMap Map, IReadOnlyList<string> Used) Apply(
        ConfigMap map, string region, IReadOnlyDictionary<string, string> variables, ConfigProblems problems)
    {
        var prefix = Start + region.ToUpperInvariant().Replace('-', '_');
        var used = new List<string>();
        foreach (var (name, value) in variables.OrderBy(static variable => variable.Key, StringComparer.Ordinal))
        {
            if (name.StartsWith(prefix + Separator, StringComparison.OrdinalIgnoreCase))
            {
                map = Apply(map, name, name[(prefix.Length + Separator.Length)..].Split(Separator), value, problems);
                used.Add(name);
            }
            else if (name.StartsWith(prefix + "_", StringComparison.OrdinalIgnoreCase) && !name.Contains(Separator, StringComparison.Ordinal))
            {
                problems.Add(ConfigSeverity.Warning, new ConfigOrigin(ConfigLayer.Variable, name), ConfigPath.Root,
                    $"is ignored; expected two underscores between region, section and field, as in {prefix}__AGENT__LISTEN");
            }
        }

        return (map, used);
    }

    private static ConfigMap Apply(ConfigMap map, string name, string[] segments, string value, ConfigProblems problems)
    {
        var origin = new ConfigOrigin(ConfigLayer.Variable, name);
        if (Array.Exists(segments, static segment => segment.Length == 0 || segment.StartsWith('_') || segment.EndsWith('_')))
        {
            problems.Error(origin, "has an empty part in its name; expected MAHAVISHNU_{REGION}__{SECTION}__{FIELD}");
            return map;
        }

        var path = ConfigPath.Root;
        ConfigNode? at = map;
        foreach (var segment in segments)
        {
            if (at is not (null or ConfigMap or ConfigScalar { IsNull: true }))
            {
                problems.Error(origin, path, $"is {at.Kind} at {at.Origin}, which has no keys to set; expected a variable for the whole value");
                return map;
            }

            var key = KeyFor(segment, at as ConfigMap, map);
            path = path.Key(key);
            at = (at as ConfigMap)?.Find(key)?.Value;
        }

        return Node(value, origin, path, problems) is { } node ? map.With((ConfigMap)Wrapped(path, node)) : map;
    }

    /// <summary>The key of the map that the segment means, or a region's id, or else the segment in lower case.</summary>
    private static string KeyFor(string segment, ConfigMap? map, ConfigMap root)
    {
        var regions = (root.Find("regions")?.Value as ConfigMap)?.Entries.Select(static entry => entry.Key) ?? [];
        return (map?.Entries.Select(static entry => entry.Key) ?? [])
            .Concat(regions.Where(RegionId.IsValid))
            .FirstOrDefault(key => Plain(key) == Plain(segment)) ?? segment.ToLowerInvariant();
    }

    private static string Plain(string name) => name.ToLowerInvariant().Replace('-', '_');

    private static ConfigNode? Node(string value, ConfigOrigin origin, ConfigPath path, ConfigProblems problems) =>
        value.TrimStart() is ['[' or '{' or '"' or '\'', ..]
            ? YamlReader.ReadText(value, origin, path, problems)
            : new ConfigScalar(origin, value, isPlain: true);

    private static ConfigNode Wrapped(ConfigPath path, ConfigNode node) =>
        path.Parent is null ? node : Wrapped(path.Parent, new ConfigMap(node.Origin, [new ConfigEntry(path.Name, node.Origin, node)]));
}
