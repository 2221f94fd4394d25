using Mahavishnu.Agents.Adapters.Consul;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Voting;

namespace Mahavishnu.Agents.Failover;

/// <summary>
/// Keeps finished sagas at every store, under <c>journal/archive/{plan}</c>, for people to look at. Nothing rests on them:
/// a store that does not take one is passed over.
/// </summary>
/// <param name="stores">Every store of the quorum, by connections that leadership does not use.</param>
/// <param name="prefix">The directory of the control keys.</param>
/// <param name="deadline">How long one request may take.</param>
/// <param name="logger">Where it is told how many stores took it.</param>
internal sealed partial class JournalArchive(IReadOnlyList<VoteStore> stores, string prefix, TimeSpan deadline, ILogger<JournalArchive> logger)
{
    /// <summary>Writes a record that ended its saga. Never throws for what a store does, nor when it is cancelled.</summary>
    public async Task KeepAsync(JournalRecord record, CancellationToken cancellationToken)
    {
        var key = $"{prefix}journal/archive/{record.PlanId}";
        var value = ConsulValue.FromText(JournalCodec.Write(record));
        try
        {
            var written = await Task.WhenAll(stores.Select(s => s.Client.Keys.PutAsync(key, value, deadline, cancellationToken)));
            LogKept(record.PlanId, written.Count(static w => w is ConsulResult<bool>.Ok { Value: true }), stores.Count);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The agent stops; the journal itself has the record.
        }
    }

    [LoggerMessage(1511, LogLevel.Debug, "{Plan} was archived at {Stores} of {All} stores")]
    private partial void LogKept(string plan, int stores, int all);
}
