using System.Text.Json.Serialization;

namespace Mahavishnu.Agents.Lab.Consul.State;

/// <summary>What an operation on a key does; the names on the wire are those of Consul's transactions.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<KvVerb>))]
internal enum KvVerb
{
    /// <summary>Write whatever was there.</summary>
    [JsonStringEnumMemberName("set")]
    Set,

    /// <summary>Write if the index matches.</summary>
    [JsonStringEnumMemberName("cas")]
    Cas,

    /// <summary>Write and take the lock.</summary>
    [JsonStringEnumMemberName("lock")]
    Lock,

    /// <summary>Write and give the lock back.</summary>
    [JsonStringEnumMemberName("unlock")]
    Unlock,

    /// <summary>Read one key, which must exist.</summary>
    [JsonStringEnumMemberName("get")]
    Get,

    /// <summary>Read one key, or an empty entry.</summary>
    [JsonStringEnumMemberName("get-or-empty")]
    GetOrEmpty,

    /// <summary>Read all keys under a prefix.</summary>
    [JsonStringEnumMemberName("get-tree")]
    GetTree,

    /// <summary>Demand an index.</summary>
    [JsonStringEnumMemberName("check-index")]
    CheckIndex,

    /// <summary>Demand a holder, or none.</summary>
    [JsonStringEnumMemberName("check-session")]
    CheckSession,

    /// <summary>Demand absence.</summary>
    [JsonStringEnumMemberName("check-not-exists")]
    CheckNotExists,

    /// <summary>Delete one key.</summary>
    [JsonStringEnumMemberName("delete")]
    Delete,

    /// <summary>Delete all keys under a prefix.</summary>
    [JsonStringEnumMemberName("delete-tree")]
    DeleteTree,

    /// <summary>Delete one key if the index matches.</summary>
    [JsonStringEnumMemberName("delete-cas")]
    DeleteCas,
}
