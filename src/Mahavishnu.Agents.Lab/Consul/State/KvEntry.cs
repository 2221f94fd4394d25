using System.Text.Json.Serialization;

namespace Mahavishnu.Agents.Lab.Consul.State;

/// <summary>One key with its value, as stored and as sent.</summary>
/// <param name="LockIndex">1 at the first acquisition, +1 at each later one, back to 0 at any write that is not an acquire or a release.</param>
/// <param name="Key">The key, slashes included.</param>
/// <param name="Flags">A number that means something to clients only.</param>
/// <param name="Value">The bytes; null when the value is empty, which is how Consul sends it.</param>
/// <param name="Session">The session that holds the key, null when nobody does.</param>
/// <param name="CreateIndex">Write index at which the key appeared.</param>
/// <param name="ModifyIndex">Write index of the last change.</param>
internal sealed record KvEntry(
    ulong LockIndex,
    string Key,
    ulong Flags,
    byte[]? Value,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Session,
    ulong CreateIndex,
    ulong ModifyIndex)
{
    /// <summary>Whether a write of <paramref name="other"/> over this entry would change anything but the index.</summary>
    public bool SameContent(KvEntry other) =>
        Flags == other.Flags && Session == other.Session && LockIndex == other.LockIndex &&
        (Value ?? []).AsSpan().SequenceEqual(other.Value ?? []);
}
