namespace Mahavishnu.Agents.Configuration;

/// <summary>The least and the greatest value, as they would be written: numbers for numbers, duration texts for durations.</summary>
/// <param name="least">The least value that is accepted.</param>
/// <param name="greatest">The greatest value that is accepted.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class LimitsAttribute(string least, string greatest) : Attribute
{
    /// <summary>The least value that is accepted.</summary>
    public string Least { get; } = least;

    /// <summary>The greatest value that is accepted.</summary>
    public string Greatest { get; } = greatest;
}

/// <summary>A ratio, 0 to 1, that may also be written as <c>…_percent</c>, 0 to 100.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class RatioAttribute : Attribute;

/// <summary>A duration whose bare number, without a unit in key or value, counts seconds.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class BareSecondsAttribute : Attribute;

/// <summary>The schemes that a URL may have.</summary>
/// <param name="schemes">The schemes, in lower case.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SchemesAttribute(params string[] schemes) : Attribute
{
    /// <summary>The schemes, in lower case.</summary>
    public IReadOnlyList<string> Schemes { get; } = schemes;

    /// <summary>Whether <c>host:port</c> is accepted too, and means the first scheme.</summary>
    public bool HostAndPort { get; init; }
}

/// <summary>Keys that are known and accepted with any content, but not used by this build.</summary>
/// <param name="keys">The keys.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class AcceptsUnusedAttribute(params string[] keys) : Attribute
{
    /// <summary>The keys.</summary>
    public IReadOnlyList<string> Keys { get; } = keys;
}
