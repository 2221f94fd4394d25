namespace Mahavishnu.Agents.Configuration;

/// <summary>The merged configuration as written, every value with its origin.</summary>
/// <param name="root">The merged map.</param>
/// <param name="sources">The files that were read, and the variables that were used, lowest layer first.</param>
internal sealed class ConfigTree(ConfigMap root, IReadOnlyList<string> sources)
{
    private static readonly string[] UnitEndings = ["", "_seconds", "_ms", "_percent"];

    /// <summary>The merged map.</summary>
    public ConfigMap Root { get; } = root;

    /// <summary>The files that were read, and the variables that were used, lowest layer first.</summary>
    public IReadOnlyList<string> Sources { get; } = sources;

    /// <summary>The value at a path; a last key stands for the same key with its unit too. Null when nobody wrote it.</summary>
    public ConfigNode? Find(ConfigPath path)
    {
        if (path.Parent is null)
        {
            return Root;
        }

        return Find(path.Parent) switch
        {
            ConfigMap map => UnitEndings.Select(ending => map.Find(path.Name + ending)?.Value).FirstOrDefault(static node => node is not null),
            ConfigList list when path.Index >= 0 && path.Index < list.Items.Count => list.Items[path.Index],
            _ => null,
        };
    }

    /// <summary>Where the value at a path was written, or else the nearest section around it.</summary>
    public ConfigOrigin OriginOf(ConfigPath path)
    {
        for (var at = path; at.Parent is not null; at = at.Parent)
        {
            if (Find(at) is { } node)
            {
                return node.Origin;
            }
        }

        return Root.Origin;
    }
}
