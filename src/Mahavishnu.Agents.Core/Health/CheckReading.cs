namespace Mahavishnu.Agents.Core.Health;

/// <summary>One check as it enters the score of its region.</summary>
/// <param name="Name">Its name, unique in the region.</param>
/// <param name="Weight">Its share relative to the other checks; greater than 0.</param>
/// <param name="Critical">Whether its failure alone puts the region down.</param>
/// <param name="Standing">What is held of it.</param>
public readonly record struct CheckReading(string Name, double Weight, bool Critical, CheckStanding Standing);
