using Mahavishnu.Agents.Core.Leadership;
using Mahavishnu.Agents.Core.Regions;

namespace Mahavishnu.Agents.Lab.Simulation.World;

/// <summary>How the servers of a store answer.</summary>
/// <param name="LostReplyRatio">Share of requests that are carried out and answered with a 500: the outcome is unknown.</param>
/// <param name="TurnedAwayRatio">Share that is answered with 429, 503 or 403, and not carried out.</param>
public readonly record struct StoreMood(double LostReplyRatio, double TurnedAwayRatio)
{
    /// <summary>Every request is carried out and answered.</summary>
    public static StoreMood Well { get; }
}

/// <summary>A store at its end of the network.</summary>
internal sealed class StoreServer(SimulatedStore store, int end, SimulationWorld world)
{
    public SimulatedStore Store { get; } = store;

    public int End { get; } = end;

    public StoreMood Mood { get; set; }

    /// <summary>Carries a request of leadership out.</summary>
    public StoreAnswer Serve(StoreRequest request)
    {
        if (IsTurnedAway())
        {
            return new StoreAnswer(request.Store, request.Correlation, StoreAnswerKind.Unreachable);
        }

        var answer = Store.Execute(request);
        world.Note(Store.Region.Value, answer, routine: true);
        return world.Random.NextDouble() < Mood.LostReplyRatio ? new StoreAnswer(request.Store, request.Correlation, StoreAnswerKind.Unknown) : answer;
    }

    /// <summary>Puts a vote.</summary>
    public string Put(Vote vote)
    {
        if (!IsTurnedAway())
        {
            Store.PutVote($"{vote.Region}/{vote.Agent}", vote);
        }

        return "";
    }

    /// <summary>Every vote that stands here; null when the request is turned away.</summary>
    public Vote[]? ReadVotes() => IsTurnedAway() ? null : [.. Store.Votes.Values];

    /// <summary>Who may write a dataset, as it stands here; null when it does not or the request is turned away.</summary>
    public PrimaryClaim? ReadPrimary(RegionId dataset) => IsTurnedAway() ? null : Store.Primaries.GetValueOrDefault(dataset);

    /// <summary>Who may write each of some datasets, as it stands here; null when that of one does not or the request is turned away.</summary>
    public IReadOnlyDictionary<RegionId, PrimaryClaim>? ReadPrimaries(IReadOnlyList<RegionId> datasets) =>
        !IsTurnedAway() && datasets.All(Store.Primaries.ContainsKey) ? datasets.ToDictionary(static d => d, d => Store.Primaries[d]) : null;

    private bool IsTurnedAway() => world.Random.NextDouble() < Mood.TurnedAwayRatio;
}
