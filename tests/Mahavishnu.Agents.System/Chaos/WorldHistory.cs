using Mahavishnu.Agents.Lab.Edge;

namespace Mahavishnu.Agents.System.Chaos;

/// <summary>What every traffic target received in a world: the edge by its own record, the others by the agents' audit lines.</summary>
/// <param name="edge">The edge.</param>
/// <param name="data">The directory below which agents keep their data.</param>
internal sealed class WorldHistory(EdgeView edge, string data)
{
    private readonly DateTimeOffset _startedAt = TimeProvider.System.GetUtcNow();
    private readonly List<(string Agent, TimeSpan From, TimeSpan To)> _pauses = [];

    /// <summary>The time now.</summary>
    public TimeSpan Now => TimeProvider.System.GetUtcNow() - _startedAt;

    /// <summary>Takes note that an agent did not run from a time until now.</summary>
    public void Paused(string agent, TimeSpan from) => _pauses.Add((agent, from, Now));

    /// <summary>How many effects there were, and the signs that the protocol's promises were broken.</summary>
    public async Task<(int Effects, IReadOnlyList<string> Signs)> JudgeAsync()
    {
        var received = await edge.EffectsAsync();
        var effects = received.Where(static e => e.Outcome == EffectOutcome.Accepted)
            .Select(static e => new TrafficEffect(e.At, "edge", e.Command!.Epoch, e.Command.Agent, e.Command.Routes.ToString()))
            .Concat(AuditTrail.Effects(data, _startedAt).Where(e => !IsLate(e)))
            .ToList();
        return (effects.Count, [.. SplitBrainCheck.Find(received), .. EffectHistory.Find(effects)]);
    }

    // What a stopped agent had on its way to a target that cannot tell epochs apart is a window that no protocol closes;
    // that such a straggler is repaired is seen at the end. The edge, which can tell, is judged by its own record.
    private bool IsLate(TrafficEffect effect) => _pauses.Exists(p => p.Agent == effect.Agent && effect.At >= p.From && effect.At <= p.To + Limits.Straggler);
}
