using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Replication;
using Mahavishnu.Agents.Replication;
using Prometheus;

namespace Mahavishnu.Agents.Hosting;

/// <summary>The metrics of this region's stores of data, as of the moment of the scrape.</summary>
/// <remarks>Followers, slots and links come and go: what is not known any more is taken away, and never shown as it was.</remarks>
internal sealed class StoreMetrics
{
    private static readonly StoreGauge Up = new("store_up", "1 while the store of this region answers.", "store");
    private static readonly StoreGauge Findings = new("store_findings", "What is not as it should be at this region's store.", "store", "severity");
    private static readonly StoreGauge Lag = new("replication_lag_seconds", "What was written in the source longer ago than this is in the target: read end to end, with the error of the clocks. Absent while unknown.", "store", "source", "target");
    private static readonly StoreGauge LagAge = new("replication_lag_age_seconds", "How long ago the target was read for its lag.", "store", "source", "target");
    private static readonly StoreGauge LagKnown = new("replication_lag_known", "1 while the lag is known, 0 while it is not.", "store", "source", "target");
    private static readonly StoreGauge TimeLeft = new("time_to_irrecoverable_seconds", "How long a link may stand still before its target needs a full copy. Absent without a limit, and while unknown.", "store", "link");
    private static readonly StoreGauge LinkLost = new("link_irrecoverable", "1 when a link's target needs a full copy.", "store", "link");

    private readonly IMetricFactory _factory;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Gauge> _gauges = new(StringComparer.Ordinal);

    /// <summary>Registers what every store has; a store's own measures follow when it first has them.</summary>
    public StoreMetrics(IMetricFactory factory)
    {
        _factory = factory;
        foreach (var gauge in new[] { Up, Findings, Lag, LagAge, LagKnown, TimeLeft, LinkLost })
        {
            Of(gauge);
        }
    }

    /// <summary>Shows the stores as they are.</summary>
    public void Show(RegionId own, IReadOnlyList<StoreView> stores)
    {
        lock (_gate)
        {
            var now = new HashSet<(string Gauge, string Labels)>();
            foreach (var value in stores.SelectMany(s => Values(own, s)))
            {
                Of(value.Gauge).WithLabels(value.Labels).Set(value.Value);
                now.Add((value.Gauge.Name, Key(value.Labels)));
            }

            foreach (var (name, gauge) in _gauges)
            {
                foreach (var gone in gauge.GetAllLabelValues().Where(l => !now.Contains((name, Key(l)))).ToList())
                {
                    gauge.RemoveLabelled(gone);
                }
            }
        }
    }

    private static IEnumerable<StoreValue> Values(RegionId own, StoreView view) =>
    [
        Up.Of(view.Problem is null ? 1 : 0, view.Store),
        .. Enum.GetValues<FindingSeverity>().Select(s => Findings.Of(view.Findings.Count(f => f.Severity == s), view.Store, s.ToString().ToLowerInvariant())),
        .. view.Lag.SelectMany(l => OfLag(l.Value, view.Store, l.Key.Value, own.Value)),
        .. view.Windows.Select(w => LinkLost.Of(w.State == RecoveryState.Lost ? 1 : 0, view.Store, w.Link)),
        .. view.Windows.Where(static w => w.Left is not null).Select(w => TimeLeft.Of(w.Left!.Value.TotalSeconds, view.Store, w.Link)),
        .. view.Values,
    ];

    private static IEnumerable<StoreValue> OfLag(LagReading reading, params string[] labels)
    {
        yield return LagAge.Of(reading.Age.TotalSeconds, labels);
        yield return LagKnown.Of(reading.AtMost is null ? 0 : 1, labels);
        if (reading.AtMost is { } atMost)
        {
            yield return Lag.Of(atMost.TotalSeconds, labels);
        }
    }

    private static string Key(string[] labels) => string.Join('\n', labels);

    private Gauge Of(StoreGauge gauge)
    {
        if (!_gauges.TryGetValue(gauge.Name, out var made))
        {
            _gauges[gauge.Name] = made = _factory.CreateGauge(AgentMetrics.Prefix + gauge.Name, gauge.Help, gauge.Labels);
        }

        return made;
    }
}
