using Mahavishnu.Agents.Hosting;

namespace Mahavishnu.Agents.Failover;

/// <summary>Where it is recorded what a leader decides and does.</summary>
/// <param name="Audit">The audit lines.</param>
/// <param name="Metrics">The metrics.</param>
/// <param name="Archive">The finished sagas.</param>
/// <param name="Flight">The inputs of every decision; null when they are not recorded.</param>
internal sealed record FailoverRecords(AuditLog Audit, AgentMetrics Metrics, JournalArchive Archive, FlightRecorder? Flight);
