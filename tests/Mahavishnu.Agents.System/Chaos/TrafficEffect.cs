namespace Mahavishnu.Agents.System.Chaos;

/// <summary>One effect that a traffic target accepted.</summary>
/// <param name="At">When, on a clock that is the target's own.</param>
/// <param name="Target">The target.</param>
/// <param name="Epoch">The fencing epoch that it was made under.</param>
/// <param name="Agent">Whose it was.</param>
/// <param name="Desired">The whole desired routing, in one line.</param>
internal sealed record TrafficEffect(TimeSpan At, string Target, long Epoch, string Agent, string Desired);
