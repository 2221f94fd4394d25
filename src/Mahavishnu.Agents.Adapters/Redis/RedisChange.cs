namespace Mahavishnu.Agents.Adapters.Redis;

/// <summary>What a promotion, a fencing or an opening came to.</summary>
/// <param name="Endpoints">Host and port of the servers that are now as wanted.</param>
/// <param name="WasAlreadySo">Whether all of them were so before.</param>
public sealed record RedisChange(IReadOnlyList<string> Endpoints, bool WasAlreadySo);
