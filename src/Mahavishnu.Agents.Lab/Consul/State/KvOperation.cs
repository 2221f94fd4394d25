using System.Text.Json.Serialization;

namespace Mahavishnu.Agents.Lab.Consul.State;

/// <summary>One operation on a key, from a single request or from a transaction.</summary>
/// <param name="Verb">What to do.</param>
/// <param name="Key">The key, or the prefix for the tree verbs.</param>
/// <param name="Value">Bytes to write; null and empty are the same.</param>
/// <param name="Flags">Flags to write.</param>
/// <param name="Index">The index to compare with, for the verbs that compare.</param>
/// <param name="Session">The session that locks, unlocks or is demanded.</param>
internal sealed record KvOperation(KvVerb Verb, string Key, byte[]? Value = null, ulong Flags = 0, ulong Index = 0, string Session = "")
{
    /// <summary>Whether the operation may change something; a transaction without such a one is a read.</summary>
    [JsonIgnore]
    public bool Writes => Verb is KvVerb.Set or KvVerb.Cas or KvVerb.Lock or KvVerb.Unlock or KvVerb.Delete or KvVerb.DeleteTree or KvVerb.DeleteCas;
}
