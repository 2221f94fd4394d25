namespace Mahavishnu.Agents.Lab.Consul.State;

/// <summary>What became of a command.</summary>
/// <param name="State">The state afterwards; the same object when nothing changed.</param>
/// <param name="Changes">What changed, for watchers and timers; empty when nothing did.</param>
/// <param name="Results">Entries that operations on keys report.</param>
/// <param name="Failures">Operations on keys that were refused; one is enough for none to be done.</param>
/// <param name="Error">Consul's sentence when a session or registration was refused, else null.</param>
internal sealed record CommandOutcome(
    ConsulState State,
    IReadOnlyList<Change> Changes,
    IReadOnlyList<KvEntry> Results,
    IReadOnlyList<KvFailure> Failures,
    string? Error);
