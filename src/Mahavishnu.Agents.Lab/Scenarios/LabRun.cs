using System.Globalization;
using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;
using Mahavishnu.Agents.Lab.Edge;
using Mahavishnu.Agents.Lab.Load;
using Mahavishnu.Agents.Lab.Postgres;
using Mahavishnu.Agents.Lab.Watch;
using Mahavishnu.Agents.Lab.World;

namespace Mahavishnu.Agents.Lab.Scenarios;

/// <summary>One run of a scenario: the world, what is seen of it, and what was expected of it so far.</summary>
/// <param name="world">The deployment.</param>
/// <param name="load">Its users.</param>
/// <param name="sightings">What its agents say.</param>
/// <param name="timeline">What happened.</param>
/// <param name="timing">Windows and limits.</param>
/// <param name="time">The clock.</param>
internal sealed class LabRun(LabWorld world, UserLoad load, Sightings sightings, Timeline timeline, LabTiming timing, TimeProvider time)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);
    private const double UnnoticedRatio = 0.005;
    private readonly List<Expectation> _expectations = [];

    /// <summary>The deployment.</summary>
    public LabWorld World => world;

    /// <summary>What its agents say.</summary>
    public Sightings Sightings => sightings;

    /// <summary>What happened.</summary>
    public Timeline Timeline => timeline;

    /// <summary>The user who writes rows; null when there are no databases.</summary>
    public RowWriter? Writer { get; init; }

    /// <summary>Windows and limits.</summary>
    public LabTiming Timing => timing;

    /// <summary>Users' requests.</summary>
    public LoadTally Tally => load.Tally;

    /// <summary>The regions in order.</summary>
    public IReadOnlyList<RegionId> Regions { get; } = [.. world.Regions.Select(static r => r.Region)];

    /// <summary>The routing in which everybody is at home.</summary>
    public RoutingTable Home => RoutingTable.Home(Regions);

    /// <summary>The routing in force at the edge.</summary>
    public RoutingTable Routing => world.Edge.Control.Current.Routes;

    /// <summary>What was expected so far.</summary>
    public IReadOnlyList<Expectation> Expectations => _expectations;

    /// <summary>What is measured.</summary>
    public Measurements Measured { get; } = new();

    /// <summary>Time since the fault.</summary>
    public TimeSpan SinceFault => time.GetElapsedTime(Measured.FaultAt!.Value);

    /// <summary>Takes note of who leads before the fault, and of the moment of the fault.</summary>
    /// <param name="region">The region that is hit; null when it is not one region's users.</param>
    /// <param name="text">What is done, for the timeline.</param>
    public void BeginFault(RegionId? region, string text)
    {
        var leader = sightings.Leader;
        (Measured.LeaderBefore, Measured.EpochBefore) = (leader?.Agent, leader?.Epoch);
        (Measured.FaultAt, Measured.FaultUtc, Measured.Killed) = (time.GetTimestamp(), time.GetUtcNow(), region);
        timeline.MarkFault(Measured.FaultAt.Value);
        timeline.Add(text);
    }

    /// <summary>Kills everything in a region as the fault of this run, and begins to watch for its users' recovery.</summary>
    public async Task KillRegionAsync(RegionId region, CancellationToken cancellationToken)
    {
        BeginFault(region, $"{region} is killed: agent, Consul, service{(world.Databases is null ? "" : ", PostgreSQL")} (SIGKILL)");
        await world.KillAsync(region, cancellationToken);
        load.Tally.WatchRecovery(region, time.GetTimestamp());
    }

    /// <summary>Begins anew to watch for the recovery of a region's users, after a second fault.</summary>
    public void WatchRecovery(RegionId region)
    {
        load.Tally.WatchRecovery(region, time.GetTimestamp());
        Measured.Recovered = null;
    }

    /// <summary>Waits until something is so, at the most for a limit that counts from now, and records whether it came.</summary>
    /// <returns>Whether it came.</returns>
    public Task<bool> ExpectWithinAsync(string text, TimeSpan limit, Func<bool> isSo, CancellationToken cancellationToken) =>
        ExpectWithinAsync(text, time.GetTimestamp(), limit, isSo, cancellationToken);

    /// <summary>Waits until something is so, at the most for a limit that counts from the fault, and records whether it came.</summary>
    /// <returns>Whether it came.</returns>
    public Task<bool> ExpectSinceFaultAsync(string text, TimeSpan limit, Func<bool> isSo, CancellationToken cancellationToken) =>
        ExpectWithinAsync(text, Measured.FaultAt!.Value, limit, isSo, cancellationToken);

    /// <summary>Watches for a while that something stays so, and records whether it did.</summary>
    public async Task ExpectStaysAsync(string text, TimeSpan duration, Func<bool> isSo, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        while (isSo())
        {
            Measure();
            if (time.GetElapsedTime(startedAt) >= duration)
            {
                Expect(text, true, string.Create(CultureInfo.InvariantCulture, $"so for {duration.TotalSeconds:0.#} s"));
                return;
            }

            await Task.Delay(PollInterval, time, cancellationToken);
        }

        Expect(text, false, string.Create(CultureInfo.InvariantCulture, $"no longer so after {time.GetElapsedTime(startedAt).TotalSeconds:0.00} s"));
    }

    /// <summary>Records something that can be said at once.</summary>
    public void Expect(string text, bool held, string seen)
    {
        _expectations.Add(new Expectation(text, held, seen));
        if (!held)
        {
            timeline.Add($"NOT AS EXPECTED: {text} ({seen})");
        }
    }

    /// <summary>Expects that users noticed nothing: at most one request in two hundred failed, which a busy machine may cost.</summary>
    public void ExpectServed()
    {
        var count = load.Tally.Total;
        Expect("users were served all the time", count.FailedRatio <= UnnoticedRatio, $"{count.Failed} of {count.Requests} requests failed");
    }

    /// <summary>Lets time pass, and measures.</summary>
    public async Task WaitAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        while (time.GetElapsedTime(startedAt) < duration)
        {
            Measure();
            await Task.Delay(PollInterval, time, cancellationToken);
        }
    }

    /// <summary>The newest saga of a kind that users of a region are moved by; null when there was none.</summary>
    public SagaStatus? Saga(string kind, RegionId region) => sightings.Sagas
        .LastOrDefault(saga => saga.Kind == kind && (kind == "Failback" ? saga.Target : saga.Source) == region.Value);

    /// <summary>What every scenario expects at its end: no split brain at the edge, and no process that ended by itself.</summary>
    public void ExpectOrder()
    {
        var history = world.Edge.Control.History;
        var signs = SplitBrainCheck.Find(history);
        Measured.SplitBrain = signs.Count > 0;
        Expect("no two agents acted at once, by what the edge received", signs.Count == 0, signs.Count == 0 ? $"{history.Count} effects in order" : string.Join("; ", signs));
        var fallen = world.Fallen();
        Expect("no process ended by itself", fallen.Count == 0, fallen.Count == 0 ? "all run" : string.Join("; ", fallen));
    }

    /// <summary>Reads figures that come out of the watch, until the end of the run.</summary>
    public void Measure()
    {
        if (Measured is not { FaultAt: { } faultAt, Killed: { } killed })
        {
            return;
        }

        var now = time.GetElapsedTime(faultAt);
        Measured.Detected ??= sightings.Agreed(killed, "Down") ? now : null;
        Measured.Decided ??= Saga("Failover", killed) is not null ? now : null;
        Measured.Recovered ??= load.Tally.RecoveredAt(killed) is { } at ? time.GetElapsedTime(faultAt, at) : null;
        Measured.FailedBack ??= Saga("Failback", killed) is { Ended: true } && Routing.Percent(killed, killed) == 100 ? now : null;
    }

    private async Task<bool> ExpectWithinAsync(string text, long from, TimeSpan limit, Func<bool> isSo, CancellationToken cancellationToken)
    {
        while (true)
        {
            Measure();
            var elapsed = time.GetElapsedTime(from);
            var came = isSo();
            if (came || elapsed > limit)
            {
                // The condition may have become true between two looks; the look itself must lie within the limit.
                var held = came && elapsed <= limit;
                Expect(text, held, string.Create(CultureInfo.InvariantCulture, $"{(came ? "after" : "not within")} {elapsed.TotalSeconds:0.00} s; limit {limit.TotalSeconds:0.#} s"));
                return held;
            }

            await Task.Delay(PollInterval, time, cancellationToken);
        }
    }
}
