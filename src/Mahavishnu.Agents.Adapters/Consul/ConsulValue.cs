using System.Text;

namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>What is written to a key: a write replaces both parts.</summary>
/// <param name="Bytes">At most 512 KiB, unless the store is configured otherwise.</param>
/// <param name="Flags">A number of the writer's own.</param>
public readonly record struct ConsulValue(ReadOnlyMemory<byte> Bytes, ulong Flags = 0)
{
    /// <summary>A value of UTF-8 text.</summary>
    public static ConsulValue FromText(string text, ulong flags = 0) => new(Encoding.UTF8.GetBytes(text), flags);
}
