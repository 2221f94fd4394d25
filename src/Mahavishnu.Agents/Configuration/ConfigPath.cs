using System.Globalization;
using System.Text;

namespace Mahavishnu.Agents.Configuration;

/// <summary>The way to a value, such as <c>health_checks.regional.endpoints[0].path</c>.</summary>
internal sealed class ConfigPath
{
    private ConfigPath(ConfigPath? parent, string key, int index) => (Parent, Name, Index) = (parent, key, index);

    /// <summary>The whole configuration.</summary>
    public static ConfigPath Root { get; } = new(null, "", -1);

    /// <summary>The path that leads here; null at the root.</summary>
    public ConfigPath? Parent { get; }

    /// <summary>The key in the map above; empty for an item of a list and for the root.</summary>
    public string Name { get; }

    /// <summary>The index in the list above; -1 where it is not an item of one.</summary>
    public int Index { get; }

    /// <summary>Whether any key on the way may only be held by a secret, going by its name.</summary>
    public bool IsSecret => Parent is not null && (SecretKeys.Contains(Name) || Parent.IsSecret);

    /// <summary>The path below the root with these keys, e.g. <c>agent.listen</c>.</summary>
    public static ConfigPath Of(string dotted) => dotted.Split('.').Aggregate(Root, static (path, key) => path.Key(key));

    /// <summary>The path of a key in the map that is here.</summary>
    public ConfigPath Key(string key) => new(this, key, -1);

    /// <summary>The path of an item in the list that is here.</summary>
    public ConfigPath Item(int index) => new(this, "", index);

    /// <inheritdoc />
    public override string ToString()
    {
        if (Parent is null)
        {
            return "";
        }

        var text = new StringBuilder(Parent.ToString());
        return (Index >= 0
            ? text.Append(CultureInfo.InvariantCulture, $"[{Index}]")
            : text.Append(text.Length == 0 ? "" : ".").Append(Shown.Plainly(Name))).ToString();
    }
}
