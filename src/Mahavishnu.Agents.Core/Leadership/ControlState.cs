using Mahavishnu.Agents.Core.Records;

namespace Mahavishnu.Agents.Core.Leadership;

/// <summary>One key of a store as a consistent read showed it.</summary>
/// <param name="Value">The stored text.</param>
/// <param name="Session">The session that locks the key; null when none does.</param>
/// <param name="ModifyIndex">The store's index of its last change, for compare-and-set.</param>
public sealed record KeyEntry(string Value, string? Session, ulong ModifyIndex);

/// <summary>The control keys of one store, read in one transaction. Absent keys are null.</summary>
/// <param name="Leader">The lock.</param>
/// <param name="Heartbeat">The holder's proof of life.</param>
/// <param name="Epoch">The fencing epoch.</param>
/// <param name="Journal">The current journal record.</param>
/// <param name="Members">The list of stores that the holder was configured with.</param>
/// <param name="Maintenance">Whether automation is paused.</param>
public sealed record ControlState(KeyEntry? Leader, KeyEntry? Heartbeat, KeyEntry? Epoch, KeyEntry? Journal, KeyEntry? Members, KeyEntry? Maintenance)
{
    /// <summary>A store without any control key.</summary>
    public static ControlState Empty { get; } = new(null, null, null, null, null, null);

    /// <summary>The epoch as a number: 0 when absent, null when it is not one that ours have counted to.</summary>
    public long? EpochNumber =>
        Epoch is null ? 0
        : long.TryParse(Epoch.Value, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) && StoredJson.IsCount(number) ? number
        : null;
}
