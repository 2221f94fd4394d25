namespace Mahavishnu.Agents.Lab.Scenarios;

/// <summary>Something that a scenario expects.</summary>
/// <param name="Text">What is expected, in a sentence.</param>
/// <param name="Held">Whether it was so.</param>
/// <param name="Seen">What was seen.</param>
internal sealed record Expectation(string Text, bool Held, string Seen);
