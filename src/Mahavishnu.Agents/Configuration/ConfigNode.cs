namespace Mahavishnu.Agents.Configuration;

/// <summary>A value of the configuration as it was written, with its origin. Immutable.</summary>
/// <param name="origin">Where it was written.</param>
internal abstract class ConfigNode(ConfigOrigin origin)
{
    /// <summary>Where it was written.</summary>
    public ConfigOrigin Origin { get; } = origin;

    /// <summary>What a person would call its kind: <c>a map</c>, <c>a list</c>, <c>a single value</c>, <c>empty</c>.</summary>
    public abstract string Kind { get; }
}

/// <summary>A single value.</summary>
/// <param name="origin">Where it was written.</param>
/// <param name="text">Its text, without quotes.</param>
/// <param name="isPlain">Whether it was written without quotes.</param>
internal sealed class ConfigScalar(ConfigOrigin origin, string text, bool isPlain) : ConfigNode(origin)
{
    /// <summary>Its text, without quotes. May be a secret: never print it without asking <see cref="ConfigPath.IsSecret"/>.</summary>
    public string Text { get; } = text;

    /// <summary>Whether it was written without quotes.</summary>
    public bool IsPlain { get; } = isPlain;

    /// <summary>Whether it says that there is no value, which is the same as leaving the key out.</summary>
    public bool IsNull { get; } = isPlain && text is "" or "~" or "null" or "Null" or "NULL";

    /// <inheritdoc />
    public override string Kind => IsNull ? "empty" : "a single value";
}

/// <summary>A list.</summary>
/// <param name="origin">Where it begins.</param>
/// <param name="items">Its items, in order.</param>
internal sealed class ConfigList(ConfigOrigin origin, IReadOnlyList<ConfigNode> items) : ConfigNode(origin)
{
    /// <summary>Its items, in order.</summary>
    public IReadOnlyList<ConfigNode> Items { get; } = items;

    /// <inheritdoc />
    public override string Kind => "a list";
}

/// <summary>A key of a map, where it stands, and its value.</summary>
/// <param name="Key">The key.</param>
/// <param name="KeyOrigin">Where the key was written.</param>
/// <param name="Value">The value.</param>
internal sealed record ConfigEntry(string Key, ConfigOrigin KeyOrigin, ConfigNode Value);

/// <summary>A map, in the order in which its keys were first written.</summary>
internal sealed class ConfigMap : ConfigNode
{
    private readonly OrderedDictionary<string, ConfigEntry> _entries = [];

    /// <summary>A map of these entries; of a key that occurs twice the first entry stays.</summary>
    public ConfigMap(ConfigOrigin origin, IEnumerable<ConfigEntry> entries)
        : base(origin)
    {
        foreach (var entry in entries)
        {
            _entries.TryAdd(entry.Key, entry);
        }
    }

    /// <summary>The entries, in order.</summary>
    public IReadOnlyList<ConfigEntry> Entries => _entries.Values;

    /// <inheritdoc />
    public override string Kind => "a map";

    /// <summary>The entry of a key, or null.</summary>
    public ConfigEntry? Find(string key) => _entries.GetValueOrDefault(key);

    /// <summary>
    /// This map with another laid over it: maps merge, lists and single values replace. A section left empty above says
    /// nothing about the section below.
    /// </summary>
    public ConfigMap With(ConfigMap over)
    {
        var merged = new OrderedDictionary<string, ConfigEntry>(_entries);
        foreach (var upper in over.Entries)
        {
            merged[upper.Key] = (_entries.GetValueOrDefault(upper.Key)?.Value, upper.Value) switch
            {
                (ConfigMap below, ConfigMap above) => upper with { Value = below.With(above) },
                (ConfigMap, ConfigScalar { IsNull: true }) => _entries[upper.Key],
                _ => upper,
            };
        }

        return new ConfigMap(Entries.Count == 0 ? over.Origin : Origin, merged.Values);
    }
}
