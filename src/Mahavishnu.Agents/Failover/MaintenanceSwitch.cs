using Mahavishnu.Agents.Adapters.Consul;
using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Voting;

namespace Mahavishnu.Agents.Failover;

/// <summary>Pauses automation everywhere: the record is written at a majority of the stores, with or without a leader.</summary>
/// <param name="stores">Every store of the quorum.</param>
/// <param name="prefix">The directory of the control keys.</param>
/// <param name="deadline">How long one request may take.</param>
internal sealed class MaintenanceSwitch(IReadOnlyList<VoteStore> stores, string prefix, TimeSpan deadline)
{
    private readonly string _key = prefix + "maintenance";

    /// <summary>Sets it. The answer tells at how many stores it stands, and whether that is a majority.</summary>
    public async Task<(bool Majority, string Detail)> SetAsync(bool on, string reason, string by, CancellationToken cancellationToken)
    {
        var majority = (stores.Count / 2) + 1;
        var read = await Task.WhenAll(stores.Select(s => s.Client.Keys.GetAsync(_key, consistent: true, deadline, cancellationToken)));
        var answered = read.OfType<ConsulResult<ConsulEntry?>.Ok>().Select(static ok => ok.Value).ToList();
        if (answered.Count < majority)
        {
            return (false, $"{answered.Count} of {stores.Count} stores answer, {majority} are needed; nothing was changed");
        }

        // A record that cannot be read counts as the newest; the new one follows the newest that can.
        var newest = answered.OfType<ConsulEntry>().Select(static e => MaintenanceRecord.Parse(e.Text)).Where(static r => r != MaintenanceRecord.Unreadable).Select(static r => r.Sequence).DefaultIfEmpty().Max();
        var record = new MaintenanceRecord(newest + 1, on, reason, by).ToText();
        var written = await Task.WhenAll(stores.Select(s => s.Client.Keys.PutAsync(_key, ConsulValue.FromText(record), deadline, cancellationToken)));
        var count = written.Count(static w => w is ConsulResult<bool>.Ok { Value: true });
        return (count >= majority, $"written at {count} of {stores.Count} stores, {majority} are needed");
    }
}
