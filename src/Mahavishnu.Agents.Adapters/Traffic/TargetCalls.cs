using Mahavishnu.Agents.Core.Regions;
using Mahavishnu.Agents.Core.Traffic;

namespace Mahavishnu.Agents.Adapters.Traffic;

/// <summary>What every target promises at its two entrances, whatever it speaks behind them.</summary>
internal static class TargetCalls
{
    /// <summary>Runs a reading; a target that refuses to be read is a target that could not be asked.</summary>
    public static async Task<RoutingTable> ReadAsync(string target, Func<Task<RoutingTable>> read)
    {
        try
        {
            return await read();
        }
        catch (TrafficOutcomeException refused)
        {
            throw new DependencyUnavailableException(target, refused.Message, refused);
        }
    }

    /// <summary>Runs an effect and turns every ordinary end of it into an outcome; a passed deadline is <see cref="TrafficOutcomeKind.Unknown"/>.</summary>
    public static async Task<TrafficOutcome> ApplyAsync(string target, Func<Task<TrafficOutcome>> apply, CancellationToken deadline)
    {
        try
        {
            return await apply();
        }
        catch (TrafficOutcomeException ended)
        {
            return ended.Outcome;
        }
        catch (DependencyUnavailableException unavailable)
        {
            return new TrafficOutcome(TrafficOutcomeKind.Unknown, unavailable.Message);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            return new TrafficOutcome(TrafficOutcomeKind.Unknown, $"{target}: the deadline passed before the desired state was read back.");
        }
    }

    /// <summary>The desired rows that a target carries, in order; audiences that the table does not speak of are left alone.</summary>
    /// <param name="desired">The desired state.</param>
    /// <param name="routes">The containers of the target by audience.</param>
    /// <param name="members">The members of one container by serving region.</param>
    /// <exception cref="TrafficOutcomeException">A region is to serve an audience for which the configuration gives it no member.</exception>
    public static IReadOnlyList<(RegionId Audience, TRoute Route, IReadOnlyDictionary<RegionId, int> Shares)> Rows<TRoute, TMember>(
        RoutingTable desired, IReadOnlyDictionary<RegionId, TRoute> routes, Func<TRoute, IReadOnlyDictionary<RegionId, TMember>> members)
    {
        var rows = desired.Audiences.Where(routes.ContainsKey)
            .Select(audience => (Audience: audience, Route: routes[audience], Shares: desired.Shares(audience))).ToList();
        foreach (var (audience, route, shares) in rows)
        {
            foreach (var serving in shares.Keys.Where(serving => !members(route).ContainsKey(serving)))
            {
                throw TrafficOutcomeException.Refused(
                    $"{serving} is to serve the users of {audience}, but the configuration names no member for it there; add one or choose another region.");
            }
        }

        return rows;
    }
}
