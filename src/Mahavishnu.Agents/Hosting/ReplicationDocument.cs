using Mahavishnu.Agents.Core.Failover;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Replication;

namespace Mahavishnu.Agents.Hosting;

/// <summary>The part of <c>/v1/status</c> that is about stores of data.</summary>
internal static class ReplicationDocument
{
    /// <summary>Who writes, what this region's own stores are, the lag that they measure, and the lag between all regions as decisions see it.</summary>
    public static object Of(DataPlane data, RegionId own, DecisionInput input)
    {
        var views = data.Views();
        return new
        {
            writer = data.Primary?.Writer()?.Value,
            guard = data.Primary is { } primary ? new { decision = primary.Decision.GetType().Name, reason = primary.Decision.Reason } : null,
            stores = views.ToDictionary(static v => v.Store, static v => new
            {
                ageSeconds = Seconds(v.Age),
                problem = v.Problem,
                findings = v.Findings.Select(static f => new { rule = f.Rule, severity = f.Severity.ToString(), sentence = f.Sentence }),
                windows = v.Windows.Select(static w => new { link = w.Link, state = w.State.ToString(), leftSeconds = Seconds(w.Left), reason = w.Reason }),
                details = v.Document,
            }),
            lag = views.SelectMany(v => v.Lag.OrderBy(static l => l.Key).Select(l => new
            {
                store = v.Store,
                source = l.Key.Value,
                target = own.Value,
                atMostSeconds = Seconds(l.Value.AtMost),
                errorSeconds = Seconds(l.Value.Error),
                ageSeconds = Seconds(l.Value.Age),
                state = l.Value.State.ToString(),
                reason = l.Value.Reason,
            })),
            atRisk = input.Lag.OrderBy(static l => l.Key).Select(static l => new { store = l.Key.Store, source = l.Key.Source.Value, target = l.Key.Target.Value, seconds = Seconds(l.Value.AtMost), position = l.Value.Position }),
        };
    }

    private static double? Seconds(TimeSpan? span) => span is { } known ? Math.Round(known.TotalSeconds, 3) : null;
}
