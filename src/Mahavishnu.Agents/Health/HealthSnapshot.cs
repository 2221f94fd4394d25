using Mahavishnu.Agents.Core.Health;

namespace Mahavishnu.Agents.Health;

/// <summary>Everything that this observer holds, at one moment; never changes.</summary>
/// <param name="Version">Rises whenever the standing of a check changes, and whenever the observer begins or ceases to abstain.</param>
/// <param name="At">When it was taken, on the monotonic clock of the monitor.</param>
/// <param name="Views">Every region that has checks, in the order of their names.</param>
/// <param name="Observer">Whether the views may be voted with.</param>
/// <param name="Self">What <paramref name="Observer"/> was judged from, besides the views.</param>
/// <param name="Checks">Every check, in the order of its definition.</param>
internal sealed record HealthSnapshot(
    long Version,
    TimeSpan At,
    IReadOnlyList<RegionView> Views,
    ObserverStanding Observer,
    SelfReading Self,
    IReadOnlyList<CheckReport> Checks);
