using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Core.Replication;

/// <summary>Which regions must not write where every region has a primary of its own, as the journal's record says it.</summary>
public static class MultiMasterFence
{
    /// <summary>
    /// Why the application must be kept out of a region's database; null when it need not be. A region that is being failed over
    /// is fenced from the moment that its fence is intended, and one whose users are all away stays so until a failback opens it.
    /// </summary>
    /// <param name="record">The newest record that is known; null before the first saga.</param>
    /// <param name="region">The region.</param>
    public static string? Reason(JournalRecord? record, RegionId region)
    {
        if (record is null)
        {
            return null;
        }

        if (record is { Kind: SagaKind.Failover, Ended: false } && record.Source == region)
        {
            return record.Irreversible ? $"{record.PlanId} takes its users to {record.Target}" : null;
        }

        // The failback itself opens its database, when it is seen to have everything, and only then sends users.
        var returning = record is { Kind: SagaKind.Failback, Ended: false } && record.Target == region && record.Step >= SagaStep.SyncData;
        var away = record.Desired.Audiences.Contains(region) && !record.Desired.ServedBy(region).Any();
        return away && !returning ? $"no users are sent to it since {record.PlanId}" : null;
    }

    /// <summary>The fencing token of a record: higher for every later one, so that an agent which has seen an old record cannot fence what a failback opened.</summary>
    public static long TokenOf(JournalRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return PrimaryClaim.TokenOf(record.Epoch, record.Sequence);
    }
}
