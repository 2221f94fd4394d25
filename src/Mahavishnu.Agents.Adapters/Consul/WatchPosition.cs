namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>Where a watch of one key or prefix of one store stands. A blocking read returns at once at <see cref="Start"/>.</summary>
/// <param name="Index">The index sent; 0 does not block.</param>
/// <remarks>
/// Source: Consul documentation, "Blocking queries". A return is no proof of change, and changes in between may be skipped.
/// </remarks>
public readonly record struct WatchPosition(ulong Index)
{
    /// <summary>The first read, which does not block.</summary>
    public static WatchPosition Start => default;

    /// <summary>The position for the next read.</summary>
    /// <param name="answered">The index of the answer to the read at this position.</param>
    /// <returns>
    /// <see cref="Start"/> when the store's index went back, as after a restore; else the answer's, but at least 1, because
    /// 0 would turn the watch into a busy loop.
    /// </returns>
    public WatchPosition After(ulong answered) => answered < Index ? Start : new WatchPosition(Math.Max(answered, 1));
}
