namespace Mahavishnu.Agents.Adapters.Consul;

/// <summary>What the headers of an answer say. Only reads carry them; a header that is absent or unreadable is null.</summary>
/// <param name="Index"><c>X-Consul-Index</c>: where a blocking read may go on. Comparable within one store only.</param>
/// <param name="LastContact"><c>X-Consul-LastContact</c>: since the answering server heard from its leader; zero on the leader.</param>
/// <param name="KnownLeader"><c>X-Consul-KnownLeader</c>: whether that server knows of a leader.</param>
public sealed record AnswerMeta(ulong? Index, TimeSpan? LastContact, bool? KnownLeader);
