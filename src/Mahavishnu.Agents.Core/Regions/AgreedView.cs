using Mahavishnu.Agents.Core.Health;
using Mahavishnu.Agents.Core.Mutations;

namespace Mahavishnu.Agents.Core.Regions;

/// <summary>The agreement of the observers about every region.</summary>
/// <param name="Regions">By region.</param>
/// <param name="Majority">How many observers are a majority of all configured ones.</param>
public sealed record AgreedView(IReadOnlyDictionary<RegionId, AgreedRegion> Regions, int Majority)
{
    /// <summary>Score below which a region is not healthy. Source: the reference's target threshold.</summary>
    public const double HealthyScore = 0.7;

    /// <summary>Counts fresh votes.</summary>
    /// <param name="observers">The configured observers, one voice per region.</param>
    /// <param name="regions">The regions that are judged.</param>
    /// <param name="fresh">Every fresh vote.</param>
    public static AgreedView Of(IReadOnlyCollection<RegionId> observers, IEnumerable<RegionId> regions, IReadOnlyCollection<Vote> fresh)
    {
        ArgumentNullException.ThrowIfNull(observers);
        var majority = Mutant.Has(Mutation.MinorityDecides) ? 1 : (observers.Count / 2) + 1;
        var voices = observers.Order()
            .Select(o => (Observer: o, Vote: fresh.Where(v => v.Region == o).MinBy(static v => v.Agent, StringComparer.Ordinal)))
            .ToList();
        return new AgreedView(regions.Order().ToDictionary(static r => r, r => Judge(r, voices, majority)), majority);
    }

    /// <summary>The agreement about one region; unknown where it was not judged.</summary>
    public AgreedRegion this[RegionId region] =>
        Regions.GetValueOrDefault(region) ?? new AgreedRegion(region, RegionCondition.Unknown, null, null, [], null);

    private static AgreedRegion Judge(RegionId region, List<(RegionId Observer, Vote? Vote)> voices, int majority)
    {
        var sightings = voices.Select(v => new Sighting(v.Observer, v.Vote?.Agent, v.Vote?.Abstains, v.Vote is { Abstains: null } vote ? vote.ViewOf(region) : null)).ToList();
        if (Mutant.Has(Mutation.OwnVoteDecides) && sightings.Find(s => s.Observer == region)?.View is { Condition: not RegionCondition.Unknown } own)
        {
            return new AgreedRegion(region, own.Condition, own.Score, own.Score, sightings, null);
        }

        var heard = sightings.Where(static s => s.View is { Condition: not RegionCondition.Unknown }).ToList();
        var scores = heard.Select(static s => s.View!.Score).Order().ToList();

        // A region's own voice never decides alone: with one observer there is no agreement about its own region.
        var outside = heard.Exists(s => s.Observer != region);
        double? atMost = scores.Count >= majority && outside ? scores[majority - 1] : null;
        double? atLeast = scores.Count >= majority ? scores[^majority] : null;
        var down = heard.Where(static s => s.View!.Condition == RegionCondition.Down).ToList();
        var agreedDown = down.Count >= majority && down.Exists(s => s.Observer != region);
        var condition =
            agreedDown ? RegionCondition.Down
            : atLeast >= HealthyScore ? RegionCondition.Healthy
            : atMost < HealthyScore ? RegionCondition.Degraded
            : RegionCondition.Unknown;
        var advisory = down.Count > 0 && !agreedDown
            ? $"{string.Join(", ", down.Select(static s => s.Observer))} sees {region} down: {down.Count} of {voices.Count} observers, {majority} are needed"
            : null;
        return new AgreedRegion(region, condition, atMost, atLeast, sightings, advisory);
    }
}
