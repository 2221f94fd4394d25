using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Health;
using Mahavishnu.Agents.Tests.Leadership;

namespace Mahavishnu.Agents.Tests.Voting;

/// <summary>What an observer sees, as the test says; every region is well at first.</summary>
internal sealed class ScriptedHealth
{
    private readonly Lock _gate = new();
    private HealthSnapshot _snapshot = new(
        1,
        TimeSpan.Zero,
        [.. StoreWorld.Regions.Select(static r => ViewOf(r, 1))],
        ObserverStanding.Well,
        SelfReading.Calm,
        []);

    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public HealthSnapshot Snapshot()
    {
        lock (_gate)
        {
            return _snapshot;
        }
    }

    public async Task<HealthSnapshot> WaitForChangeAsync(HealthSnapshot seen, CancellationToken cancellationToken)
    {
        Task changed;
        lock (_gate)
        {
            changed = _snapshot.Version == seen.Version ? _changed.Task : Task.CompletedTask;
        }

        await changed.WaitAsync(cancellationToken);
        return Snapshot();
    }

    /// <summary>Says how a region is from now on.</summary>
    public void Set(RegionId region, double score) =>
        Change(s => s with { Views = [.. s.Views.Select(v => v.Region == region ? ViewOf(region, score) : v)] });

    /// <summary>Says why the observer does not trust itself.</summary>
    public void Abstain(string reason) => Change(s => s with { Observer = new ObserverStanding(true, reason) });

    private void Change(Func<HealthSnapshot, HealthSnapshot> change)
    {
        lock (_gate)
        {
            _snapshot = change(_snapshot) with { Version = _snapshot.Version + 1 };
            _changed.SetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private static RegionView ViewOf(RegionId region, double score) =>
        new(region, score < 0.2 ? RegionCondition.Down : score < 0.7 ? RegionCondition.Degraded : RegionCondition.Healthy, score, []);
}
