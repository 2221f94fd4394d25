using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Lab.Watch;

/// <summary>An agent that says that it leads.</summary>
/// <param name="Agent">Its name.</param>
/// <param name="Region">Its region.</param>
/// <param name="Epoch">Its epoch.</param>
internal sealed record LeaderSighting(string Agent, RegionId Region, long Epoch);

/// <summary>What the agents' answers add up to: who leads, what is agreed, which sagas there were, and what is new since the last answer.</summary>
/// <remarks>Thread-safe. An agent that does not answer is left out until it does.</remarks>
internal sealed class Sightings(Timeline timeline)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RegionId, AgentStatus> _latest = [];
    private readonly Dictionary<string, SagaStatus> _sagas = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _told = new(StringComparer.Ordinal);
    private long _epoch;

    /// <summary>The last answer of every agent that answers.</summary>
    public IReadOnlyList<AgentStatus> Live => Read(() => _latest.Values.ToList());

    /// <summary>Every saga that was seen, oldest first, as it was seen last.</summary>
    public IReadOnlyList<SagaStatus> Sagas => Read(() => _sagas.Values.ToList());

    /// <summary>Whether the leader has a saga under way; true while nobody leads and one is known.</summary>
    public bool SagaUnderWay => Read(() => FindLeader() is { } leader ? _latest[leader.Region].Saga is not null : _sagas.Values.Any(static s => !s.Ended));

    /// <summary>The agent that leads under the greatest epoch; null when none says that it does.</summary>
    public LeaderSighting? Leader => Read(FindLeader);

    /// <summary>The greatest epoch that any agent has named.</summary>
    public long GreatestEpoch => Read(() => _epoch);

    /// <summary>The last answer of one region's agent; null when it does not answer.</summary>
    public AgentStatus? Of(RegionId region) => Read(() => _latest.GetValueOrDefault(region));

    /// <summary>Whether any agent takes the region for agreed to be in a condition.</summary>
    public bool Agreed(RegionId region, string condition) =>
        Live.Any(status => status.Regions.Any(r => r.Region == region.Value && r.Condition == condition));

    /// <summary>Takes in an answer, or that there was none, and tells what is new.</summary>
    public void Take(RegionId region, AgentStatus? status)
    {
        lock (_gate)
        {
            if (status is null)
            {
                _latest.Remove(region);
            }
            else
            {
                _latest[region] = status;
                _epoch = Math.Max(_epoch, Math.Max(status.Leadership.Epoch ?? 0, status.Leader?.Epoch ?? 0));
                TellOf(status);
            }

            Tell("leader", FindLeader() is { } leader ? FormattableString.Invariant($"{leader.Agent} leads under epoch {leader.Epoch}") : "nobody leads");
        }
    }

    private T Read<T>(Func<T> read)
    {
        lock (_gate)
        {
            return read();
        }
    }

    private LeaderSighting? FindLeader() => _latest
        .Where(static l => l.Value.Leadership is { Leads: true, Epoch: not null })
        .Select(static l => new LeaderSighting(l.Value.Agent, l.Key, l.Value.Leadership.Epoch!.Value))
        .MaxBy(static l => l.Epoch);

    private void TellOf(AgentStatus status)
    {
        Tell($"abstains {status.Agent}", status.Abstains is { } reason ? $"{status.Agent} abstains: {reason}" : $"{status.Agent} votes");

        // Every agent computes the agreed view and sees the journal; one of them is enough to tell of it.
        if (FindLeader() is { } leader && leader.Agent != status.Agent)
        {
            return;
        }

        foreach (var region in status.Regions)
        {
            Tell($"region {region.Region}", $"{region.Region} is agreed to be {region.Condition.ToLowerInvariant()}");
            if (region.Advisory is { } advisory)
            {
                Tell($"advisory {region.Region}", advisory);
            }
        }

        foreach (var saga in new[] { status.LastSaga, status.Saga }.OfType<SagaStatus>())
        {
            if (!_sagas.ContainsKey(saga.PlanId))
            {
                EndEarlier();
            }

            _sagas[saga.PlanId] = saga with { Steps = WithEarlier(_sagas.GetValueOrDefault(saga.PlanId)?.Steps ?? [], saga.Steps ?? []) };
            TellOf(saga);
        }
    }

    // There is one saga at a time, so that the first sight of one is the end of those before it.
    private void EndEarlier()
    {
        foreach (var earlier in _sagas.Values.Where(static s => !s.Ended).ToList())
        {
            _sagas[earlier.PlanId] = earlier with { Phase = SagaStatus.Superseded };
        }
    }

    // A leader that takes a saga over has not seen its earlier steps.
    private static List<SagaStepStatus> WithEarlier(IReadOnlyList<SagaStepStatus> earlier, IReadOnlyList<SagaStepStatus> seen) =>
        [.. earlier.Where(e => !seen.Any(s => s.Name == e.Name)), .. seen];

    private void TellOf(SagaStatus saga)
    {
        var kind = saga.Kind.ToLowerInvariant();
        var steps = () => TellOf(saga.Steps ?? [], saga.PlanId, kind);
        if (saga.Ended)
        {
            steps();
            Tell($"saga {saga.PlanId}", $"{kind} from {saga.Source} to {saga.Target} is {saga.Phase.ToLowerInvariant()}");
        }
        else
        {
            Tell($"saga {saga.PlanId}", $"{kind} from {saga.Source} to {saga.Target} is under way");
            steps();
        }

        if (saga.Trouble is { } trouble)
        {
            Tell($"trouble {saga.PlanId}", $"{kind} has trouble: {trouble}");
        }
    }

    // A saga that changes its target takes some steps again.
    private void TellOf(IReadOnlyList<SagaStepStatus> steps, string planId, string kind)
    {
        foreach (var (name, times) in steps.GroupBy(static s => s.Name).Select(static g => (g.Key, g.ToList())))
        {
            for (var time = 0; time < times.Count; time++)
            {
                Tell($"step {planId} {name} {time}", $"{kind} step {name}{(time == 0 ? "" : " again")}: {times[time].State}");
            }
        }
    }

    // What is ordinary at the start is not worth a line, but its return later is.
    private void Tell(string subject, string text)
    {
        var isFirst = !_told.TryGetValue(subject, out var before);
        _told[subject] = text;
        var isOrdinary = isFirst && (subject.StartsWith("abstains", StringComparison.Ordinal) ? text.EndsWith(" votes", StringComparison.Ordinal)
            : subject.StartsWith("region", StringComparison.Ordinal) ? text.EndsWith("unknown", StringComparison.Ordinal)
            : text == "nobody leads");
        if (before != text && !isOrdinary)
        {
            timeline.Add(text);
        }
    }
}
