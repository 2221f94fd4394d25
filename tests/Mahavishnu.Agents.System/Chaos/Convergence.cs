using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;
using Mahavishnu.Agents.Lab.Watch;
using Xunit;

namespace Mahavishnu.Agents.System.Chaos;

/// <summary>
/// Looks whether a world has come to rest: one leader, one epoch everywhere, no saga under way, and every target as
/// desired, by what the targets themselves show. It must be so for a while, since a verdict may be under way.
/// </summary>
/// <param name="world">The world.</param>
/// <param name="lost">A region that is dead, whose users are to be served elsewhere; null for none.</param>
/// <param name="atRest">How long it must be so.</param>
internal sealed class Convergence(ChaosWorld world, RegionId? lost, TimeSpan atRest)
{
    private long? _since;

    /// <summary>Who led at the last look; null when it was not one agent.</summary>
    public LeaderSighting? Leader { get; private set; }

    /// <summary>What is missing; null when nothing has been for a while.</summary>
    public async Task<string?> MissingAsync()
    {
        var missing = InAgents() ?? await InTargetsAsync();
        _since = missing is null ? _since ?? TimeProvider.System.GetTimestamp() : null;
        return missing ?? (TimeProvider.System.GetElapsedTime(_since!.Value) < atRest ? "it has only just been so" : null);
    }

    private string? InAgents()
    {
        var live = world.Sightings.Live;
        var leaders = live.Where(static s => s.Leadership.Leads).ToList();
        if (live.Count != world.Regions.Count - (lost is null ? 0 : 1) || leaders.Count != 1)
        {
            return $"{live.Count} agents answer, {leaders.Count} lead";
        }

        var (agent, epoch) = (leaders[0].Agent, leaders[0].Leadership.Epoch);
        Leader = new LeaderSighting(agent, new RegionId(leaders[0].Region), epoch ?? 0);
        return live.Where(s => s.Leader?.Agent != agent || s.Leader.Epoch != epoch).Select(s => $"{s.Agent} takes {s.Leader} for the leader, not {agent} under epoch {epoch}")
            .Concat(live.SelectMany(s => s.Regions.Where(r => r.Condition != (r.Region == lost?.Value ? "Down" : "Healthy")).Select(r => $"{s.Agent} takes {r.Region} for {r.Condition}")))
            .Concat(live.Where(static s => s.Saga is not null).Select(static s => $"{s.Agent} has {s.Saga!.PlanId} under way, in {s.Saga.Steps?[^1]}"))
            .FirstOrDefault();
    }

    private async Task<string?> InTargetsAsync()
    {
        var epoch = Leader?.Epoch;
        var edge = await world.Edge.StateAsync();
        return edge?.Epoch != epoch ? $"the edge is at epoch {edge?.Epoch}, not {epoch}"
            : Desired(edge!.Routes) is not { } desired || !desired.Equals(edge.Routes) ? $"the edge has {edge.Routes}"
            : world.Targets is { } targets ? await targets.DifferenceAsync(desired, TestContext.Current.CancellationToken)
            : null;
    }

    // Which region takes over is the agents' choice; that one takes over, and which users move, is not.
    private RoutingTable? Desired(RoutingTable seen) =>
        lost is not { } dead ? world.Home
        : seen.Shares(dead) is { Count: 1 } shares && !shares.ContainsKey(dead) ? world.Home.With(dead, (shares.Keys.Single(), 100))
        : null;
}
