using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Health;

/// <summary>Holds what is known of every check and region. Safe for concurrent use; readers get snapshots.</summary>
/// <remarks>Recording an outcome costs no more than its own check unless its standing changes: then its region is judged anew.</remarks>
internal sealed class HealthBoard
{
    private readonly Lock _gate = new();
    private readonly IReadOnlyList<CheckDefinition> _definitions;
    private readonly CheckPolicy[] _policies;
    private readonly CheckReport[] _reports;
    private readonly SortedDictionary<RegionId, int[]> _checksOf = [];
    private readonly SortedDictionary<RegionId, RegionView> _views = [];
    private readonly ObserverLimits _limits;

    private long _version;
    private SelfReading _self = SelfReading.Calm;
    private ObserverStanding _observer = ObserverStanding.Well;
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>Starts with every check and region unknown.</summary>
    public HealthBoard(IReadOnlyList<CheckDefinition> definitions, ObserverLimits limits)
    {
        _definitions = definitions;
        _limits = limits;
        _policies = [.. definitions.Select(check => CheckPolicy.For(check.FailureThreshold, check.SuccessThreshold, check.Interval))];
        _reports = [.. definitions.Select(check =>
            new CheckReport(check.Region, check.Name, CheckState.Initial, null, TimeSpan.Zero, 0, 0, 0, TimeSpan.Zero))];
        foreach (var group in definitions.Index().GroupBy(check => check.Item.Region))
        {
            _checksOf[group.Key] = [.. group.Select(check => check.Index)];
            _views[group.Key] = Judge(group.Key);
        }
    }

    /// <summary>Takes note of an outcome.</summary>
    /// <param name="check">Index of the definition.</param>
    /// <param name="outcome">What its probe found.</param>
    /// <param name="lateness">How much later than due the probe began.</param>
    /// <param name="skipped">Probes that fell out before this one.</param>
    /// <param name="now">Monotonic time.</param>
    public void Record(int check, ProbeOutcome outcome, TimeSpan lateness, long skipped, TimeSpan now)
    {
        lock (_gate)
        {
            var before = _reports[check];
            var state = before.State.After(outcome.Answer, _policies[check], now);
            _reports[check] = before with
            {
                State = state,
                Last = outcome,
                LastAt = now,
                Probes = before.Probes + 1,
                Failures = before.Failures + (outcome.Answer == ProbeAnswer.Failed ? 1 : 0),
                Skipped = before.Skipped + skipped,
                Lateness = lateness,
            };
            if (state.Standing != before.State.Standing)
            {
                _views[before.Region] = Judge(before.Region);
                JudgeObserver();
                SignalChange();
            }
        }
    }

    /// <summary>Takes note of how well this process runs.</summary>
    public void Observe(SelfReading self)
    {
        lock (_gate)
        {
            _self = self;
            var abstained = _observer.Abstains;
            JudgeObserver();
            if (_observer.Abstains != abstained)
            {
                SignalChange();
            }
        }
    }

    /// <summary>Everything as it stands.</summary>
    public HealthSnapshot Snapshot(TimeSpan now)
    {
        lock (_gate)
        {
            return new HealthSnapshot(_version, now, [.. _views.Values], _observer, _self, [.. _reports]);
        }
    }

    /// <summary>Completes when the version is no longer <paramref name="version"/>, at once if it already is not.</summary>
    public Task WaitForChangeAsync(long version, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _version == version ? _changed.Task.WaitAsync(cancellationToken) : Task.CompletedTask;
        }
    }

    private RegionView Judge(RegionId region) => RegionScore.Judge(region, _checksOf[region].Select(index => new CheckReading(
        _definitions[index].Name, _definitions[index].Weight, _definitions[index].Critical, _reports[index].State.Standing)));

    private void JudgeObserver() => _observer = ObserverGate.Judge(_views.Values, _self, _limits);

    private void SignalChange()
    {
        _version++;
        var changed = _changed;
        _changed = NewSignal();
        changed.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
