using System.Collections.Immutable;

namespace Mahavishnu.Agents.Lab.Consul.State;

/// <summary>Keys that nobody may acquire for a while, because the session that held them ended against its will.</summary>
/// <param name="Until">The moment at which each key opens again.</param>
internal sealed record LockDelays(ImmutableDictionary<string, DateTimeOffset> Until)
{
    /// <summary>No key is closed.</summary>
    public static LockDelays None { get; } = new(ImmutableDictionary.Create<string, DateTimeOffset>(StringComparer.Ordinal));

    /// <summary>Whether the key is closed at this moment.</summary>
    public bool Blocks(string key, DateTimeOffset now) => Until.TryGetValue(key, out var until) && now < until;

    /// <summary>These delays with one more; those that are over are forgotten.</summary>
    public LockDelays With(string key, DateTimeOffset until, DateTimeOffset now) =>
        new(Until.RemoveRange(Until.Where(delay => delay.Value <= now).Select(static delay => delay.Key)).SetItem(key, until));
}
