using System.Text;

namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>A key as the store holds it.</summary>
/// <param name="Key">The whole key.</param>
/// <param name="Value">Its bytes; empty when nothing was stored, and for transaction results that do not read.</param>
/// <param name="Flags">A number of the writer's own.</param>
/// <param name="Session">The holder of its lock; null when it is free.</param>
/// <param name="LockIndex">Acquisitions since it was last written without acquiring. Not a fencing number.</param>
/// <param name="CreateIndex">The store's index when the key came into being; 0 for one that does not exist.</param>
/// <param name="ModifyIndex">The store's index at its last change, the number that only grows; 0 for one that does not exist.</param>
public sealed record ConsulEntry(
    string Key,
    ReadOnlyMemory<byte> Value,
    ulong Flags,
    string? Session,
    ulong LockIndex,
    ulong CreateIndex,
    ulong ModifyIndex)
{
    /// <summary>The value read as UTF-8.</summary>
    public string Text => Encoding.UTF8.GetString(Value.Span);

    internal static ConsulEntry From(ConsulWire.Entry wire) => new(
        wire.Key,
        wire.Value,
        wire.Flags,
        string.IsNullOrEmpty(wire.Session) ? null : wire.Session,
        wire.LockIndex,
        wire.CreateIndex,
        wire.ModifyIndex);
}
