namespace Mahavishnu.Agents.Leadership;

/// <summary>One term of this agent. What acts under it names its epoch, so that nothing thought out in one term is done in another.</summary>
/// <param name="Epoch">The fencing epoch.</param>
/// <param name="Ended">Cancelled when the term ends; effects of the term stop with it.</param>
internal sealed record LeadershipTerm(long Epoch, CancellationToken Ended);
